"""Files for this user alone, such as keys: seen by others whole or not at all, and never half written."""

from __future__ import annotations

import os
import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

if sys.platform != "win32":
    import fcntl


def create(path: Path, data: bytes) -> None:
    """Write a new file. Raises FileExistsError where there is one already, and OSError."""
    with _draft(path, data) as draft:
        os.link(draft, path)  # unlike a renaming it fails if there is one


def replace(path: Path, data: bytes) -> None:
    """Write a file in place of what stood there. Raises OSError."""
    path = path.resolve()  # a link stays one
    with _draft(path, data) as draft:
        draft.replace(path)


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Wait until nobody else holds this folder so, and hold it. On Windows nobody is waited for. Raises OSError."""
    if sys.platform == "win32":
        yield
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        with suppress(OSError):  # some network file systems lock no folder
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


@contextmanager
def _draft(path: Path, data: bytes) -> Iterator[Path]:
    """A file beside the one that is to be, on the disk; removed if it stays there."""
    draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        yield draft
    finally:
        draft.unlink(missing_ok=True)
