"""The Parquet lake: where a partition lies, and how it is replaced.

One partition is one file. It is written beside its place and renamed into it, so a reader finds the old file or
the new one, never half of one, and no lock is needed. Queries are `duckdb.py`'s.
"""

from __future__ import annotations

import filecmp
import os
import socket
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from nba_assets.season import Window
from nba_assets.table import Contract

FILE = "data.parquet"

STRAY_SECONDS = 24 * 60 * 60

_SMALL_FILES = {"compression": "snappy", "use_dictionary": False, "write_statistics": False, "store_schema": False}
"""A partition is a few hundred rows in dozens of columns, so what counts is the cost of a column, not of a byte:
without dictionaries and statistics (the files to read are known by name) both writing and reading take half as long."""


@dataclass(frozen=True)
class Lake:
    """A lake under `root`: `<dataset>/<table>/<partition column>=<date>/data.parquet`, and
    `<dataset>/<table>/data.parquet` for a reference table, which is stored whole."""

    root: Path

    def folder(self, contract: Contract) -> Path:
        """Where its partitions lie; a table that several write has a folder for each, so that writers never meet."""
        folder = self.root / contract.dataset / contract.name
        return folder / f"{contract.writer}={contract.written_by}" if contract.written_by else folder

    def file(self, contract: Contract, day: date | None) -> Path:
        if contract.partition_by is None:
            return self.folder(contract) / FILE
        return self.folder(contract) / f"{contract.partition_by}={day}" / FILE

    def dates(self, contract: Contract) -> list[date]:
        """The partitions that exist, oldest first."""
        return sorted(self.changed_at(contract))

    def changed_at(self, contract: Contract) -> dict[date, float]:
        """When each partition last changed, in seconds since 1970: writing the same again changes nothing."""
        prefix, found = f"{contract.partition_by}=", {}
        try:
            names = os.listdir(self.folder(contract))
        except FileNotFoundError:
            return {}
        for day in (date.fromisoformat(name.removeprefix(prefix)) for name in names if name.startswith(prefix)):
            with suppress(FileNotFoundError):
                found[day] = self.file(contract, day).stat().st_mtime
        return found

    def files(self, contract: Contract, dates: Window | None) -> list[Path]:
        """The existing files for `dates`, or the one file of a reference table, or nothing."""
        if contract.partition_by is None:
            file = self.file(contract, None)
            return [file] if file.exists() else []
        if parts := self._parts(contract):
            return [file for part in parts for file in self.files(part, dates)]
        days = self.dates(contract)
        return [self.file(contract, d) for d in days if dates is None or d in dates]

    def _parts(self, contract: Contract) -> list[Contract]:
        """A table that several write, asked for as a whole: each writer's part."""
        if contract.written_by:
            return []
        prefix = f"{contract.writer}="
        writers = [folder.name.removeprefix(prefix) for folder in self.folder(contract).glob(f"{prefix}*")]
        return [replace(contract, written_by=writer) for writer in sorted(writers)]

    def replace(self, contract: Contract, parts: Iterable[tuple[date | None, pa.Table]]) -> int:
        """Replace each given partition by its rows, one rename each; the bytes written. Equal ones are left alone."""
        return sum(_write(self.file(contract, day), rows) for day, rows in parts)

    def remove(self, contract: Contract, days: Iterable[date]) -> None:
        """Remove partitions that the source no longer has, such as the old date of a postponed game."""
        for day in days:
            self.file(contract, day).unlink(missing_ok=True)


def _write(file: Path, rows: pa.Table) -> int:
    file.parent.mkdir(parents=True, exist_ok=True)
    _remove_strays(file)
    temporary = file.with_name(f".{file.name}.{socket.gethostname()}.{os.getpid()}.tmp")
    pq.write_table(rows, temporary, **_SMALL_FILES)
    size = temporary.stat().st_size
    if file.exists() and filecmp.cmp(temporary, file, shallow=False):
        temporary.unlink()  # the file keeps its time: what reads it has nothing new to read
    else:
        os.replace(temporary, file)
    return size


def _remove_strays(file: Path) -> None:
    """Remove what a killed writer left beside `file`: of this machine when the process is gone, of another (a restarted
    container has another name) when it is a day old, which no writing takes."""
    for stray in file.parent.glob(f".{file.name}.*.tmp"):
        host, _, pid = stray.name.removeprefix(f".{file.name}.").removesuffix(".tmp").rpartition(".")
        with suppress(FileNotFoundError):
            ours = host == socket.gethostname()
            if not _alive(int(pid)) if ours else time.time() - stray.stat().st_mtime > STRAY_SECONDS:
                stray.unlink()


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
