"""What has come out so far: how many runs, how long each took, and each defect once."""

import time
import traceback
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import msgspec

SLOW = 2.0  # seconds of processor time for one input
PER_SECOND = 1_000  # times are counted by the millisecond
ROOT = str(Path(__file__).resolve().parent.parent.parent.parent)


class Defect(msgspec.Struct):
    """Something that does not hold, and the shortest text for which it was seen."""

    what: str
    text: str
    times: int = 1


class Tally(msgspec.Struct):
    """Counts of one target; `milliseconds` maps the time of a run to how many took it."""

    runs: int = 0
    seconds: float = 0.0
    milliseconds: dict[int, int] = {}
    defects: dict[str, Defect] = {}

    def run(self, holds: Callable[[str], None], text: str) -> None:
        """Run once and note what comes of it."""
        began = time.thread_time()
        try:
            holds(text)
        except Exception as error:  # noqa: BLE001 - it is what is looked for
            self.note(*_described(error), text)
        took = time.thread_time() - began
        self.runs += 1
        self.seconds += took
        bucket = int(took * PER_SECOND)
        self.milliseconds[bucket] = self.milliseconds.get(bucket, 0) + 1
        if took > SLOW:
            self.note("slow", f"{took:.1f} seconds of processor time", text)

    def note(self, key: str, what: str, text: str) -> None:
        """A defect; of those with one key the shortest text is kept."""
        known = self.defects.get(key)
        if known is None:
            self.defects[key] = Defect(what, text)
            return
        known.times += 1
        if len(text) < len(known.text):
            known.what, known.text = what, text

    def add(self, other: Tally) -> None:
        """Take over what another has counted."""
        self.runs += other.runs
        self.seconds += other.seconds
        self.milliseconds = dict(Counter(self.milliseconds) + Counter(other.milliseconds))
        for key, defect in other.defects.items():
            self.note(key, defect.what, defect.text)

    def share(self, part: float) -> int:
        """The time in milliseconds within which a share of the runs ended."""
        left = self.runs * part
        for bucket, count in sorted(self.milliseconds.items()):
            left -= count
            if left <= 0:
                return bucket + 1
        return 0


def _described(error: Exception) -> tuple[str, str]:
    """What defects are told apart by, and a sentence about one."""
    frames = [one for one in traceback.extract_tb(error.__traceback__) if one.filename.startswith(ROOT)]
    last = frames[-1]
    place = f"{last.filename.removeprefix(ROOT)}:{last.lineno}"
    said = f"{type(error).__name__}: {error}"[:300]
    kind = str(error)[:24] if isinstance(error, AssertionError) else ""
    return f"{type(error).__name__} {place} {kind}", f"{said} ({place})"
