"""Everything the kitchen knows, in memory; safe to use from several threads."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import count
from threading import RLock

from .domain import Day, Draft, Item, Note, Recipe


class Missing(LookupError):
    """Something that is not there (any more)."""


class Store:
    """Recipes, notes, the plan and the shopping list."""

    def __init__(self, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self.clock = clock
        self._lock = RLock()
        self._ids = count(1)
        self._recipes: dict[int, Recipe] = {}
        self._notes: dict[int, Note] = {}
        self._items: dict[int, Item] = {}
        self._plan: dict[date, int] = {}

    def become(self, other: Store) -> None:
        """Take over what another store holds."""
        with self._lock:
            self.__dict__.update({name: value for name, value in other.__dict__.items() if name != "_lock"})

    # recipes

    def recipe(self, id: int) -> Recipe:
        """Missing when there is none."""
        with self._lock:
            if id not in self._recipes:
                raise Missing(f"There is no recipe {id}.")
            return self._recipes[id]

    def recipes(self, text: str = "", tag: str = "", sort: str = "title") -> tuple[Recipe, ...]:
        """Those that speak of the text and have the tag."""
        with self._lock:
            found = [one for one in self._recipes.values() if one.has(text) and (not tag or tag in one.draft.tags)]
        orders: dict[str, Callable[[Recipe], tuple[object, ...]]] = {
            "quick": lambda one: (one.draft.minutes, one.title),
            "stars": lambda one: (-one.stars, one.title),
        }
        return tuple(sorted(found, key=orders.get(sort, lambda one: (one.title.casefold(),))))

    def tags(self) -> tuple[tuple[str, int], ...]:
        """All tags with the number of their recipes, in alphabetical order."""
        with self._lock:
            return tuple(sorted(Counter(tag for one in self._recipes.values() for tag in one.draft.tags).items()))

    def add(self, draft: Draft) -> Recipe:
        """A new recipe."""
        with self._lock:
            recipe = Recipe(next(self._ids), draft)
            self._recipes[recipe.id] = recipe
            return recipe

    def change(self, id: int, draft: Draft) -> Recipe:
        """The recipe as it reads now."""
        return self._put(replace(self.recipe(id), draft=draft))

    def rate(self, id: int, stars: int) -> Recipe:
        """From 0 to 5 stars."""
        return self._put(replace(self.recipe(id), stars=min(max(stars, 0), 5)))

    def turn_favourite(self, id: int) -> Recipe:
        """A favourite becomes none, and the other way round."""
        recipe = self.recipe(id)
        return self._put(replace(recipe, favourite=not recipe.favourite))

    def _put(self, recipe: Recipe) -> Recipe:
        with self._lock:
            self._recipes[recipe.id] = recipe
            return recipe

    def delete(self, id: int) -> None:
        """The recipe with its notes, also from the plan."""
        with self._lock:
            self.recipe(id)
            del self._recipes[id]
            self._notes = {key: note for key, note in self._notes.items() if note.recipe_id != id}
            self._plan = {day: planned for day, planned in self._plan.items() if planned != id}

    # notes

    def notes(self, recipe_id: int) -> tuple[Note, ...]:
        """The newest first."""
        with self._lock:
            return tuple(note for note in reversed(self._notes.values()) if note.recipe_id == recipe_id)

    def add_note(self, recipe_id: int, text: str) -> Note:
        """Written now."""
        with self._lock:
            note = Note(next(self._ids), self.recipe(recipe_id).id, self.clock(), text)
            self._notes[note.id] = note
            return note

    def delete_note(self, recipe_id: int, id: int) -> None:
        """Missing when the recipe has no such note."""
        with self._lock:
            note = self._notes.get(id)
            if note is None or note.recipe_id != recipe_id:
                raise Missing(f"There is no note {id}.")
            del self._notes[id]

    # the plan

    def day(self, day: date) -> Day:
        """What is cooked on a day."""
        with self._lock:
            planned = self._plan.get(day)
            return Day(day, None if planned is None else self._recipes[planned])

    def week(self, start: date) -> tuple[Day, ...]:
        """Seven days, from the Monday at or before `start`."""
        monday = start - timedelta(days=start.weekday())
        return tuple(self.day(monday + timedelta(days=one)) for one in range(7))

    def plan(self, day: date, recipe_id: int | None) -> Day:
        """Cook that on this day, or nothing."""
        with self._lock:
            if recipe_id is None:
                self._plan.pop(day, None)
            else:
                self._plan[day] = self.recipe(recipe_id).id
            return self.day(day)

    # the shopping list

    def items(self) -> tuple[Item, ...]:
        """What is still to buy first."""
        with self._lock:
            return tuple(sorted(self._items.values(), key=lambda item: (item.ticked, item.id)))

    def buy(self, text: str, source: str = "") -> Item:
        """A new line."""
        with self._lock:
            item = Item(next(self._ids), text, source)
            self._items[item.id] = item
            return item

    def tick(self, id: int) -> Item:
        """Bought, or not yet after all."""
        with self._lock:
            if id not in self._items:
                raise Missing("That is not on the list.")
            item = replace(self._items[id], ticked=not self._items[id].ticked)
            self._items[id] = item
            return item

    def clear_ticked(self) -> int:
        """Forget what is bought; says how many lines those were."""
        with self._lock:
            before = len(self._items)
            self._items = {key: item for key, item in self._items.items() if not item.ticked}
            return before - len(self._items)
