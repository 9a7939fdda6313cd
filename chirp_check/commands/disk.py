"""Files that the checker writes: all of one or nothing of it, and what it was before stays as it is."""

import errno
import os
import stat
from contextlib import suppress


def write_whole(path: str, data: bytes) -> None:
    """Put a file in place at once, with the mode of the one it replaces; what is no regular file is written to."""
    real = os.path.realpath(path)
    mode: int | None = None
    with suppress(FileNotFoundError):
        found = os.stat(real)
        if not os.access(real, os.W_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), path)
        mode = stat.S_IMODE(found.st_mode)
        if not stat.S_ISREG(found.st_mode):
            with open(real, "wb") as file:
                file.write(data)
            return
    beside = f"{real}.{os.getpid()}.tmp"
    try:
        with open(beside, "xb") as file:
            file.write(data)
        if mode is not None:
            os.chmod(beside, mode)
        os.replace(beside, real)
    except OSError:
        with suppress(OSError):
            os.unlink(beside)
        raise
