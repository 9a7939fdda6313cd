"""Circles in a graph: what leads to each other, in both directions."""

from collections.abc import Iterable, Iterator, Mapping

type Ways = Mapping[str, tuple[str, ...]]


def circles(ways: Ways) -> Iterator[tuple[str, ...]]:
    """The groups of more than one that lead to each other, each sorted."""
    return (group for group in groups(ways) if len(group) > 1)


def groups(ways: Ways) -> Iterator[tuple[str, ...]]:
    """What leads to each other, each sorted, and each before those that it leads to (Kosaraju's algorithm)."""
    back: dict[str, list[str]] = {}
    for start, ends in ways.items():
        for end in ends:
            back.setdefault(end, []).append(start)
    reverse = {end: tuple(starts) for end, starts in back.items()}
    done: set[str] = set()
    for start in reversed(list(_postorder(ways, ways, set()))):
        if start not in done:
            yield tuple(sorted(_postorder(reverse, (start,), done)))


def _postorder(ways: Ways, starts: Iterable[str], done: set[str]) -> Iterator[str]:
    """What can be reached and is not `done`, each behind what it leads to."""
    for start in starts:
        if start in done:
            continue
        done.add(start)
        trail = [(start, iter(ways.get(start, ())))]
        while trail:
            at, following = trail[-1]
            after = next((one for one in following if one not in done), None)
            if after is None:
                trail.pop()
                yield at
            else:
                done.add(after)
                trail.append((after, iter(ways.get(after, ()))))
