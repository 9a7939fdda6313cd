"""A graph cut into islands: nodes of which each leads to the other are one, and what an island leads to is told once.

A set of islands is a number, one bit for each: joining two sets is then one step, however many they hold.
"""

from collections.abc import Collection, Mapping

import msgspec

from chirp_check.model.circles import Ways, groups

type Mask = int


class Islands(msgspec.Struct, frozen=True):
    """For each node its island; for each island those that it leads to, itself included; and those that are `open`."""

    of: Mapping[str, Mask]
    around: Mapping[Mask, Mask]
    open: Mask


def joined(ways: Ways, is_open: Collection[str]) -> Islands:
    """The islands of a graph, given as the nodes that each node leads to; an island with an open node is open."""
    of: dict[str, Mask] = {}
    around: dict[Mask, Mask] = {}
    opened = 0
    for members in reversed(tuple(groups(ways))):
        island = 1 << len(around)
        of.update(dict.fromkeys(members, island))
        reached = island
        for next_island in {of[one] for member in members for one in ways[member]} - {island}:
            reached |= around[next_island]
        around[island] = reached
        opened |= island if any(member in is_open for member in members) else 0
    return Islands(of, around, opened)
