"""The recipe form: read from fields, checked, and shown again with what is wrong."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from .domain import Draft, Hue, Ingredient, Recipe
from .words import amount

UNITS = {"g", "kg", "ml", "l", "tsp", "tbsp", "cup", "cups", "pinch", "cloves", "clove", "tin", "tins"}


@dataclass(frozen=True, slots=True)
class RecipeForm:
    """A recipe as typed."""

    title: str = ""
    summary: str = ""
    minutes: str = "30"
    serves: str = "4"
    tags: str = ""
    ingredients: str = ""
    steps: str = ""
    hue: str = Hue.SQUASH
    errors: Mapping[str, str] = field(default_factory=dict[str, str])

    def error(self, name: str) -> str:
        """What is wrong with a field, or the empty string."""
        return self.errors.get(name, "")

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return not self.errors

    @classmethod
    def of(cls, recipe: Recipe) -> RecipeForm:
        """The form that shows a recipe as it is."""
        draft = recipe.draft
        return cls(
            draft.title,
            draft.summary,
            str(draft.minutes),
            str(draft.serves),
            ", ".join(draft.tags),
            "\n".join(" ".join(f"{amount(one.amount)} {one.unit} {one.name}".split()) for one in draft.ingredients),
            "\n\n".join(draft.steps),
            draft.hue,
        )

    @classmethod
    def read(cls, fields: Mapping[str, str]) -> RecipeForm:
        """Reads and checks."""
        names = ("title", "summary", "minutes", "serves", "tags", "ingredients", "steps")
        typed = {name: fields.get(name, "").strip() for name in names}
        hue = fields.get("hue", "")
        wrong = {
            "title": "" if typed["title"] else "The title is missing.",
            "minutes": _check_number(typed["minutes"], 24 * 60),
            "serves": _check_number(typed["serves"], 99),
            "ingredients": "" if typed["ingredients"] else "Write one ingredient on each line.",
            "steps": "" if typed["steps"] else "Describe at least one step.",
        }
        return cls(**typed, hue=hue if hue in list(Hue) else Hue.SQUASH, errors={k: v for k, v in wrong.items() if v})

    def draft(self) -> Draft:
        """The recipe, when nothing is wrong."""
        return Draft(
            self.title,
            self.summary,
            int(self.minutes),
            int(self.serves),
            tuple(dict.fromkeys(tag.strip().lower() for tag in self.tags.split(",") if tag.strip())),
            tuple(read_ingredient(line) for line in self.ingredients.splitlines() if line.strip()),
            tuple(" ".join(step.split()) for step in self.steps.replace("\r\n", "\n").split("\n\n") if step.strip()),
            Hue(self.hue),
        )


def _check_number(text: str, most: int) -> str:
    if text.isascii() and text.isdigit() and len(text) < 6 and 0 < int(text) <= most:
        return ""
    return f"Write a number from 1 to {most}."


def read_ingredient(line: str) -> Ingredient:
    """`200 g flour`, `2 onions` or `salt`."""
    head, _, rest = line.strip().partition(" ")
    number = _amount(head)
    if not number or not rest:
        return Ingredient(0, "", line.strip())
    unit, _, name = rest.strip().partition(" ")
    return Ingredient(number, unit, name.strip()) if unit in UNITS and name else Ingredient(number, "", rest.strip())


def _amount(text: str) -> float:
    parts = {"¼": 0.25, "½": 0.5, "¾": 0.75}
    whole, part = (text[:-1], parts[text[-1]]) if text[-1:] in parts else (text, 0.0)
    try:
        return (float(whole) if whole else 0.0) + part
    except ValueError:
        return 0.0
