"""The file that the score is kept in: read, and written as a whole or not at all."""

import contextlib
import os
import stat
import tempfile
from pathlib import Path

from singing_pager import score
from singing_pager.errors import ConfigError

__all__ = ["Place"]


class Place:
    """Where the score is; every method waits for the disk.

    Args:
        path: Its file; None: it is the one that came with the pager, and there is nothing to write.
    """

    def __init__(self, path: Path | None) -> None:
        self.path = path

    def text(self) -> str:
        """Read it; raises ConfigError."""
        return score.text(self.path)

    def is_writable(self) -> bool:
        """Whether it looks as if it could be written."""
        if self.path is None:
            return False
        file = self.path.resolve()
        return _may(file, os.W_OK) and _may(file.parent, os.W_OK | os.X_OK)

    def write(self, text: str) -> None:
        """Put a text in the place of the old one: whoever reads meanwhile, or after a power cut, has one of the two.

        Raises:
            ConfigError: It cannot be written, and is as it was.
        """
        if self.path is None:
            raise ConfigError("there is no file to write: SCORE is not set")
        # a link stays one: what it leads to is written
        file = self.path.resolve()
        try:
            _replace(file, text.encode())
        except OSError as error:
            raise ConfigError(f"{self.path}: {error.strerror or error}") from error


def _may(path: Path, mode: int) -> bool:
    # as whoever we are now, which is not always who we were started as
    return os.access(path, mode, effective_ids=os.access in os.supports_effective_ids)


def _replace(file: Path, content: bytes) -> None:
    before = file.stat()
    # a rename asks nobody whether the file itself may be written
    file.open("r+b").close()
    handle, name = tempfile.mkstemp(prefix=f".{file.name}.", dir=file.parent)
    try:
        with os.fdopen(handle, "wb") as new:
            new.write(content)
            os.fchmod(new.fileno(), stat.S_IMODE(before.st_mode))
            with contextlib.suppress(PermissionError):
                os.fchown(new.fileno(), before.st_uid, before.st_gid)
            new.flush()
            os.fsync(new.fileno())
        Path(name).replace(file)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    # not every file system does this for folders, and the new text is there already
    with contextlib.suppress(OSError):
        _sync(file.parent)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
