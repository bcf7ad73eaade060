"""Cache of compiled SQL on disk, under a hash of all code that has a say in it.

What is kept here is run later, so it is taken for true only where nobody but this user can have written it, and as it
was written. How a table becomes SQL, and what may be run, is not said here.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import stat
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from nba_assets.basketball import market

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

FOLDERS = ("contracts", "basketball", "tables", "compile")
"""All that has a say in what a table is: what is declared, and what makes SQL of it. The one list of them."""

_DIGEST = "sha256"
_OTHERS_MAY_WRITE = stat.S_IWGRP | stat.S_IWOTH

T = TypeVar("T", bound="DataclassInstance")

log = logging.getLogger("nba_assets.compile")


def compiled_once(name: str, kind: type[T], compile_it: Callable[[], T]) -> T:
    """What `compile_it` makes, a dataclass of what JSON can hold: from the cache on disk where this very code has made
    it before, and where what is there is what it has made."""
    folder = _folder()
    if not _private(folder):
        return compile_it()
    kept = _place(folder, name)
    with suppress(OSError, ValueError, TypeError, RecursionError):
        return kind(**_entry(kept))
    compiled = compile_it()
    _keep(kept, asdict(compiled))
    return compiled


def is_kept(name: str) -> bool:
    """Whether there is an entry of this very code, be it damaged, or none can be kept."""
    folder = _folder()
    return not _private(folder) or _place(folder, name).exists()


def _place(folder: Path, name: str) -> Path:
    return folder / f"{name}.{_code_hash()}.json"


def _folder() -> Path:
    """Without a home, as a user whom the machine does not know has none, in a place where nothing can be kept."""
    home = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    return Path(home if os.path.isabs(home) else os.devnull) / "nba_assets" / "sql"


def _private(folder: Path) -> bool:
    """Whether the folder is this user's alone; made so where it is not there yet, or others can look into it."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = folder.lstat()
        if ours := stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid():
            folder.chmod(0o700)
    except OSError:  # nothing can be kept there: a cache may fail
        return False
    if not ours:
        _say_once(folder)
    return ours


@cache
def _say_once(folder: Path) -> None:
    log.warning("%s is a link or another user's: no compiled SQL is taken from there or kept (remove it)", folder)


def _entry(kept: Path) -> dict[str, object]:
    """What was kept. Raises OSError, ValueError or TypeError where it is another's, or not as it was written."""
    found = kept.lstat()
    if not stat.S_ISREG(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & _OTHERS_MAY_WRITE:
        raise PermissionError(f"{kept} can be another's")
    entry: dict[str, object] = dict(json.loads(kept.read_text()))
    if entry.pop(_DIGEST, None) != _digest(kept, entry):
        raise ValueError(f"{kept} is damaged")
    return entry


def _digest(kept: Path, entry: object) -> str:
    """Over the name too, so that no table's SQL passes for another's."""
    return hashlib.sha256(f"{kept.name}\n{json.dumps(entry)}".encode()).hexdigest()


def _keep(kept: Path, entry: dict[str, object]) -> None:
    """A half-written one is damaged, so nothing need be written beside and renamed. A cache may fail."""
    with suppress(OSError):
        kept.unlink(missing_ok=True)
        with open(kept, "x", opener=_for_us_alone) as new:
            new.write(json.dumps(entry | {_DIGEST: _digest(kept, entry)}))


def _for_us_alone(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


@cache
def _code_hash() -> str:
    """Over the source of all that has a say in the SQL, the settings that have one, and the compilers' versions."""
    sources = b"".join(file.read_bytes() for file in _sources())
    settings = repr(market.settings())
    compilers = version("ibis-framework") + version("sqlglot")
    return hashlib.sha256(sources + settings.encode() + compilers.encode()).hexdigest()[:16]


def _sources() -> list[Path]:
    package = Path(__file__).parent.parent
    return [file for folder in FOLDERS for file in sorted((package / folder).rglob("*.py"))]
