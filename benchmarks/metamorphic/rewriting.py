"""What a rewrite is: edits whose text is new or taken from the original, so that every place of the original maps."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

type Files = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Taken:
    """A piece of the original, wherever it is put."""

    path: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Place:
    """A range of a file."""

    path: str
    start: int
    end: int


type Piece = str | Taken


@dataclass(frozen=True, slots=True)
class Edit:
    """The pieces that replace `[start, end)` of a file."""

    path: str
    start: int
    end: int
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Rewrite:
    """Edits, new files, and files under new names. `renamed`: words that findings may now say instead of others."""

    edits: tuple[Edit, ...]
    created: Mapping[str, tuple[Piece, ...]] = field(default_factory=dict[str, tuple[Piece, ...]])
    moved: Mapping[str, str] = field(default_factory=dict[str, str])
    renamed: Mapping[str, str] = field(default_factory=dict[str, str])

    @property
    def touched(self) -> set[str]:
        """The files that are changed, moved, or that text is taken from."""
        pieces = [piece for edit in self.edits for piece in edit.pieces]
        pieces += [piece for made in self.created.values() for piece in made]
        return {
            *(edit.path for edit in self.edits),
            *self.moved,
            *(piece.path for piece in pieces if not isinstance(piece, str)),
        }

    def changes(self, place: Place) -> bool:
        """Whether an edit replaces some text of a place."""
        return any(edit.path == place.path and edit.start < place.end and place.start < edit.end for edit in self.edits)


def union(rewrites: Sequence[Rewrite]) -> Rewrite:
    """Some rewrites that touch different files, as one."""
    whole = Rewrite(tuple(edit for one in rewrites for edit in one.edits))
    return replace(
        whole,
        created={path: pieces for one in rewrites for path, pieces in one.created.items()},
        moved={old: new for one in rewrites for old, new in one.moved.items()},
        renamed={old: new for one in rewrites for old, new in one.renamed.items()},
    )


@dataclass(frozen=True, slots=True)
class _Run:
    """Text that is the same before and after: where it was, where it is."""

    source: Taken
    path: str
    at: int


@dataclass(frozen=True, slots=True)
class Moves:
    """Where the places of the original are now."""

    runs: tuple[_Run, ...]
    edits: tuple[tuple[Edit, str, int, int], ...]  # with the path, start and end of what replaces it

    def images(self, place: Place) -> set[Place]:
        """Every range that a range of the original may be now."""
        found = {
            Place(run.path, place.start + run.at - run.source.start, place.end + run.at - run.source.start)
            for run in self.runs
            if run.source.path == place.path and run.source.start <= place.start and place.end <= run.source.end
        }
        starts, ends = set(self._starts(place)), set(self._ends(place))
        found |= {Place(path, start, end) for path, start in starts for other, end in ends if other == path}
        return {one for one in found if one.start <= one.end}

    def _starts(self, place: Place) -> Iterator[tuple[str, int]]:
        for run in self.runs:
            if run.source.path == place.path and run.source.start <= place.start < run.source.end:
                yield run.path, place.start + run.at - run.source.start
        for edit, path, start, _ in self.edits:
            if edit.path == place.path and edit.start == place.start:
                yield path, start

    def _ends(self, place: Place) -> Iterator[tuple[str, int]]:
        for run in self.runs:
            if run.source.path == place.path and run.source.start < place.end <= run.source.end:
                yield run.path, place.end + run.at - run.source.start
        for edit, path, _, end in self.edits:
            if edit.path == place.path and edit.end == place.end:
                yield path, end


class Overlap(Exception):
    """Two edits of one rewrite touch the same text."""


def applied(files: Files, rewrite: Rewrite) -> tuple[dict[str, str], Moves]:
    """The files after a rewrite, and where everything is."""
    out = {rewrite.moved.get(path, path): text for path, text in files.items()}
    runs: list[_Run] = []
    replaced: list[tuple[Edit, str, int, int]] = []
    touched = {edit.path for edit in rewrite.edits}
    for path, text in files.items():
        if path not in touched:
            runs.append(_Run(Taken(path, 0, len(text)), rewrite.moved.get(path, path), 0))
    for path in touched:
        new = rewrite.moved.get(path, path)
        built = _Built(files, new, runs)
        at = 0
        for edit in sorted((one for one in rewrite.edits if one.path == path), key=lambda one: (one.start, one.end)):
            if edit.start < at:
                raise Overlap(path)
            built.add(Taken(path, at, edit.start))
            before = built.size
            for piece in edit.pieces:
                built.add(piece)
            replaced.append((edit, new, before, built.size))
            at = edit.end
        built.add(Taken(path, at, len(files[path])))
        out[new] = built.text
    for path, pieces in rewrite.created.items():
        built = _Built(files, path, runs)
        for piece in pieces:
            built.add(piece)
        out[path] = built.text
    return out, Moves(tuple(runs), tuple(replaced))


class _Built:
    """A text in the making."""

    def __init__(self, files: Files, path: str, runs: list[_Run]) -> None:
        self._files = files
        self._path = path
        self._runs = runs
        self._parts: list[str] = []
        self.size = 0

    @property
    def text(self) -> str:
        return "".join(self._parts)

    def add(self, piece: Piece) -> None:
        text = piece if isinstance(piece, str) else self._files[piece.path][piece.start : piece.end]
        if not isinstance(piece, str):
            self._runs.append(_Run(piece, self._path, self.size))
        self._parts.append(text)
        self.size += len(text)
