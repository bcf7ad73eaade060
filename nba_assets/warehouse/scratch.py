"""Temporary files and folders, under the name of the process that writes them, so that none outlives it for long.

Who is killed cleans up nothing: the next one that writes in the same place does. What is written is not said here.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path

from nba_assets.warehouse.process import is_gone, is_here, this_process

WRITING = ".writing"
"""A folder beside what is written, so on the same disk, under a name that no pattern for Parquet files finds."""

PREFIX = "nba_assets-"
"""Of what is ours in the system's temporary folder."""

STRAY_SECONDS = 24 * 60 * 60
"""What a process of another host has left (a restarted container has another name) is removed when it is so old, which
no writing takes."""

_numbers = count()


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """An empty folder of its own for the block, on the disk for temporary files."""
    sweep_folders()
    with tempfile.TemporaryDirectory(prefix=f"{PREFIX}{this_process()}.", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


def sweep_folders() -> None:
    """Remove the folders that processes that are gone have left on the disk for temporary files."""
    _sweep(tempfile.gettempdir(), PREFIX)


@contextmanager
def replacing(file: Path, beside: Path) -> Iterator[Path]:
    """A path to write to, in a folder `beside`: what is there at the end takes the file's place, all at once.

    If it cannot be written, nothing is left of it.
    """
    with replacing_in(writing_in(beside), file) as written:
        yield written


def writing_in(beside: Path) -> str:
    """The folder for what is being written, for who writes many files: swept of what others left."""
    writing = os.path.join(beside, WRITING)
    os.makedirs(writing, exist_ok=True)
    _sweep(writing)
    return writing


@contextmanager
def replacing_in(writing: str, file: Path) -> Iterator[Path]:
    """As `replacing`, in a folder that `writing_in` gave."""
    with _renamed(Path(f"{writing}/{this_process()}.{next(_numbers)}.tmp"), file) as written:
        yield written


@contextmanager
def written_whole(file: Path) -> Iterator[Path]:
    """A path to write to for a file that a person has named, in a folder of his: nothing else is left there.

    A link stays, and what it leads to is replaced. In the place of a pipe or a device no file can be put, and by the
    rename a `/dev/null` would be gone: such is written to as it stands.
    """
    if file.exists() and not file.is_file():
        yield file
        return
    file = file.resolve()
    beside = f".{file.name}."
    _sweep(os.fspath(file.parent), beside)
    with _renamed(file.with_name(f"{beside}{this_process()}.{next(_numbers)}.tmp"), file) as written:
        yield written


@contextmanager
def _renamed(written: Path, file: Path) -> Iterator[Path]:
    try:
        yield written
        try:
            os.replace(written, file)
        except FileNotFoundError:
            os.makedirs(file.parent, exist_ok=True)
            os.replace(written, file)
    except BaseException as error:
        with suppress(OSError):
            os.unlink(written)
        if isinstance(error, OSError) and error.errno and not error.filename:  # a full disk says only that it is full
            error.filename = os.fspath(file)
        raise


def _sweep(folder: str, prefix: str = "") -> None:
    """Remove what processes that are gone have left in a folder."""
    for name in os.listdir(folder):
        writer = name.removeprefix(prefix).removesuffix(".tmp").rpartition(".")[0]
        if name.startswith(prefix) and writer:
            path = os.path.join(folder, name)
            with suppress(OSError):
                old = time.time() - os.stat(path).st_mtime > STRAY_SECONDS
                if is_gone(writer) or (old and not is_here(writer)):
                    shutil.rmtree(path) if os.path.isdir(path) else os.unlink(path)
