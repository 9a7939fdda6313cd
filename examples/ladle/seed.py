"""The demonstration data: eight recipes, a half planned week and a short shopping list."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from .domain import Draft, Hue
from .forms import read_ingredient
from .store import Store

type Row = tuple[str, str, int, int, str, Hue, str, str]

RECIPES: tuple[Row, ...] = (
    (
        "Tomato and white bean stew",
        "A pot for a rainy evening; better on the second day.",
        45,
        4,
        "vegan, winter, one pot",
        Hue.TOMATO,
        "2 tbsp olive oil|2 onions|3 cloves garlic|2 tins tomatoes|2 tins beans|1 tsp smoked paprika|salt",
        (
            "Soften the onions in the oil for ten minutes.|Add the garlic and the paprika; wait until it smells good.|"
            "Pour in tomatoes and beans and simmer for half an hour.|Salt, taste, and let it rest for five minutes."
        ),
    ),
    (
        "Lemon risotto",
        "Bright and slow. Stir, but not all the time.",
        40,
        2,
        "vegetarian, spring",
        Hue.SQUASH,
        "160 g risotto rice|700 ml vegetable stock|1 lemon|1 onion|40 g parmesan|30 g butter",
        (
            "Keep the stock hot.|Sweat the onion in half of the butter, add the rice and toast it.|"
            "Add stock by the ladle for eighteen minutes.|Off the heat: zest, juice, butter and cheese."
        ),
    ),
    (
        "Green shakshuka",
        "Eggs in spinach and herbs, straight from the pan.",
        25,
        2,
        "vegetarian, breakfast, one pot",
        Hue.BASIL,
        "300 g spinach|4 eggs|1 leek|1 tsp cumin|50 g feta|flat bread",
        (
            "Cook the leek with the cumin until soft.|Wilt the spinach in it.|"
            "Make four hollows, break in the eggs and cover for six minutes.|Crumble the feta over it."
        ),
    ),
    (
        "Miso aubergine",
        "Sticky, sweet and salty, from the oven.",
        35,
        4,
        "vegan, autumn",
        Hue.PLUM,
        "3 aubergines|3 tbsp white miso|1 tbsp maple syrup|1 tbsp rice vinegar|sesame seeds",
        (
            "Halve the aubergines, score them and bake them for twenty minutes.|Stir miso, syrup and vinegar.|"
            "Brush it on and grill until it blisters.|Sprinkle with sesame."
        ),
    ),
    (
        "Fish soup with fennel",
        "Everything in the pan at the right minute.",
        50,
        4,
        "fish, winter",
        Hue.TIDE,
        "600 g white fish|1 bulb fennel|2 potatoes|1 tin tomatoes|500 ml fish stock|½ tsp saffron",
        (
            "Cook fennel and potatoes in the stock until they are tender.|Add tomatoes and saffron; wait ten minutes.|"
            "Slide in the fish and turn the heat off after three minutes."
        ),
    ),
    (
        "Rye bread",
        "Two days, ten minutes of work.",
        1560,
        8,
        "baking, vegan",
        Hue.SQUASH,
        "500 g rye flour|450 ml water|100 g sourdough starter|10 g salt|50 g sunflower seeds",
        (
            "Mix half of the flour with water and starter; leave it overnight.|Add the rest and fill a tin.|"
            "Let it rise for three hours.|Bake for an hour, falling from 240 to 190 degrees."
        ),
    ),
    (
        "Peanut noodles",
        "For the evening on which nobody wants to cook.",
        15,
        2,
        "vegan, quick",
        Hue.TOMATO,
        "200 g noodles|3 tbsp peanut butter|1 tbsp soy sauce|1 lime|1 cucumber",
        "Boil the noodles.|Stir peanut butter, soy sauce, lime and a little water.|Toss everything with the cucumber.",
    ),
    (
        "Plum crumble",
        "Sour fruit, a rough top.",
        55,
        6,
        "baking, autumn, sweet",
        Hue.PLUM,
        "1 kg plums|150 g flour|100 g butter|100 g sugar|50 g oats",
        (
            "Stone the plums and put them into a dish.|Rub flour, butter, sugar and oats to crumbs.|"
            "Cover the fruit and bake for forty minutes."
        ),
    ),
)


def demo_store(clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> Store:
    """A kitchen in use."""
    store = Store(clock)
    for title, summary, minutes, serves, tags, hue, ingredients, steps in RECIPES:
        store.add(
            Draft(
                title,
                summary,
                minutes,
                serves,
                tuple(tags.split(", ")),
                tuple(read_ingredient(line) for line in ingredients.split("|")),
                tuple(steps.split("|")),
                hue,
            )
        )
    for recipe, stars in ((1, 5), (2, 4), (4, 5), (7, 3)):
        store.rate(recipe, stars)
    store.turn_favourite(1)
    store.turn_favourite(7)
    store.add_note(1, "Twice the paprika next time.")
    store.add_note(1, "Good with a spoon of yoghurt.")
    store.add_note(6, "It wants a longer second rise in winter.")
    today = clock().date()
    for after, recipe in ((0, 2), (1, 7), (3, 1)):
        store.plan(today + timedelta(days=after), recipe)
    for text in ("Oat milk", "Coffee", "Washing-up liquid"):
        store.buy(text)
    store.tick(store.items()[1].id)
    return store
