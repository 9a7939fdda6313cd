"""What a kitchen consists of: frozen values, and what can be computed from them alone."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class Hue(StrEnum):
    """The colour of a recipe's card."""

    TOMATO = "tomato"
    SQUASH = "squash"
    BASIL = "basil"
    PLUM = "plum"
    TIDE = "tide"


@dataclass(frozen=True, slots=True)
class Ingredient:
    """`200 g flour`; an amount of 0 is as much as one likes."""

    amount: float
    unit: str
    name: str

    def times(self, factor: float) -> Ingredient:
        """The same for more or fewer people."""
        return Ingredient(self.amount * factor, self.unit, self.name)


@dataclass(frozen=True, slots=True)
class Draft:
    """A recipe without what the store adds."""

    title: str
    summary: str
    minutes: int
    serves: int
    tags: tuple[str, ...]
    ingredients: tuple[Ingredient, ...]
    steps: tuple[str, ...]
    hue: Hue = Hue.SQUASH


@dataclass(frozen=True, slots=True)
class Recipe:
    """A recipe of the collection. `stars` is 0 for one that nobody rated."""

    id: int
    draft: Draft
    stars: int = 0
    favourite: bool = False

    @property
    def title(self) -> str:
        """Its name."""
        return self.draft.title

    def ingredients_for(self, people: int) -> tuple[Ingredient, ...]:
        """What is needed for so many people."""
        return tuple(one.times(people / self.draft.serves) for one in self.draft.ingredients)

    def has(self, text: str) -> bool:
        """Whether it speaks of something."""
        told = (self.title, self.draft.summary, *self.draft.tags, *(one.name for one in self.draft.ingredients))
        return all(word in " ".join(told).casefold() for word in text.casefold().split())


@dataclass(frozen=True, slots=True)
class Note:
    """What somebody wrote after cooking."""

    id: int
    recipe_id: int
    when: datetime
    text: str


@dataclass(frozen=True, slots=True)
class Item:
    """A line of the shopping list; `source` is the recipe it is for."""

    id: int
    text: str
    source: str = ""
    ticked: bool = False


@dataclass(frozen=True, slots=True)
class Day:
    """A day of the plan, with what is cooked."""

    date: date
    recipe: Recipe | None

    @property
    def key(self) -> str:
        """The day as it stands in paths."""
        return self.date.isoformat()
