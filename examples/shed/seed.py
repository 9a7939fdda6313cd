"""What a new shed starts with: the street, its things, and who has what."""

from datetime import timedelta
from typing import Final

from .domain import Kind
from .forms import MemberForm, ThingForm
from .store import Store

PEOPLE: Final = (
    ("Ada Osei", "ada@shed.example"),
    ("Bo Lindqvist", "bo@shed.example"),
    ("Carmen Ruiz", "carmen@shed.example"),
    ("Dev Patel", "dev@shed.example"),
    ("Édith Moreau", "edith@shed.example"),
)

THINGS: Final = (
    ("W-1", "Cordless drill", Kind.WORKSHOP, "Two batteries; the charger is in the case.", "Shelf 1, left"),
    ("W-2", "Orbital sander", Kind.WORKSHOP, "Paper from 80 to 240 is in the drawer below.", "Shelf 1, left"),
    ("W-3", "Tile cutter", Kind.WORKSHOP, "Up to 60 cm. Wear the glasses.", "Under the bench"),
    ("W-4", "Extension ladder", Kind.WORKSHOP, "Six metres when it is all out. Two people carry it.", "On the wall"),
    ("W-5", "Laser level", Kind.WORKSHOP, "", "Shelf 1, right"),
    ("W-6", "Soldering station", Kind.WORKSHOP, "Tin and tips are in the lid.", "Shelf 1, right"),
    ("G-1", "Hedge trimmer", Kind.GARDEN, "Electric, with twenty metres of cable.", "Shelf 2"),
    ("G-2", "Wheelbarrow", Kind.GARDEN, "", "Behind the door"),
    (
        "G-3",
        "Apple press",
        Kind.GARDEN,
        "Presses twelve litres at a time. Rinse it before it dries.",
        "Under the bench",
    ),
    ("G-4", "Scarifier", Kind.GARDEN, "", "Behind the door"),
    ("G-5", "Pruning saw", Kind.GARDEN, "Reaches four metres.", "On the wall"),
    ("K-1", "Pasta machine", Kind.KITCHEN, "Never with water.", "Shelf 3, top"),
    ("K-2", "Preserving pot", Kind.KITCHEN, "Fourteen jars at a time, with a thermometer.", "Shelf 3, below"),
    ("K-3", "Raclette for eight", Kind.KITCHEN, "", "Shelf 3, below"),
    ("K-4", "Waffle iron", Kind.KITCHEN, "Belgian, two at a time.", "Shelf 3, top"),
    ("O-1", "Tent for four", Kind.OUTDOORS, "Dry it before you fold it.", "Shelf 4"),
    ("O-2", "Kayak", Kind.OUTDOORS, "Two paddles, two vests. The roof rack is O-3.", "From the ceiling"),
    ("O-3", "Roof rack", Kind.OUTDOORS, "", "From the ceiling"),
    ("O-4", "Bicycle trailer", Kind.OUTDOORS, "Carries forty kilos or two children.", "Behind the door"),
    ("P-1", "Party tent", Kind.PARTY, "Three by six metres, four people, half an hour.", "Shelf 5"),
    ("P-2", "Projector", Kind.PARTY, "With a screen. The white cable is HDMI.", "Shelf 5"),
    ("P-3", "Fairy lights, 40 m", Kind.PARTY, "", "Shelf 5"),
)

# code, member, days ago, days lent
LOANS: Final = (("K-2", 2, 40, 14), ("W-1", 3, 9, 14), ("G-3", 1, 16, 14), ("P-2", 5, 2, 7), ("O-1", 1, 5, 28))


def fill(store: Store) -> None:
    """Put it all into an empty shed."""
    people = [store.add_member(MemberForm(*row)) for row in PEOPLE]
    codes = {
        code: store.add_thing(ThingForm(name, code, kind, place, about)).id for code, name, kind, about, place in THINGS
    }
    for code, member, ago, days in LOANS:
        loan = store.borrow(codes[code], people[member - 1].id, days, store.today() - timedelta(days=ago))
        if ago > 30:
            store.give_back(loan.id)
    store.wait(codes["W-1"], people[3].id)
