"""Parquet lake: where a partition lies, and how it is replaced.

One partition is one file. It is written beside its place and renamed into it, so a reader finds the old file or
the new one, never half of one, and no lock is needed. Queries are the engine's; what spares them opening a file a day
is the season files'.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from nba_assets.contracts.calendar import Window, season_year
from nba_assets.contracts.contract import Contract
from nba_assets.warehouse import footers, known_contents, season_files
from nba_assets.warehouse.changes import NONE, Changes, changes_of
from nba_assets.warehouse.footers import Build
from nba_assets.warehouse.scratch import replacing_in, writing_in
from nba_assets.warehouse.season_files import Stamp

FILE = "data.parquet"

LOOSE = 16
"""So many partitions are read one by one; when more than that are in no season file, a new one is written."""

WRITERS = 4
"""Threads that encode the partitions of a range."""

Part = tuple[date | None, pa.Table]


@dataclass
class Stored:
    """The files that hold some dates: partitions, those of another schema than is declared, and season files with the
    days of each."""

    partitions: list[Path] = field(default_factory=list)
    older: list[Path] = field(default_factory=list)
    copies: list[Copied] = field(default_factory=list)


@dataclass(frozen=True)
class Copied:
    """Days taken from a season file: from the first to the last of `days` all that it holds, less `left_out`."""

    file: Path
    days: Sequence[date]
    left_out: Sequence[date]


@dataclass(frozen=True)
class Replaced:
    """A partition as it was written: its version, and the first 16 hex digits of SHA-256 over the bytes of its rows and
    their columns.

    Bytes are equal for equal rows in equal order, as long as the same library writes them.
    """

    stamp: Stamp
    content: str
    changes: Changes = NONE
    """Beside what was there before, where that was asked for."""


@dataclass(frozen=True)
class Lake:
    """A lake under `root`: `<dataset>/<table>/<partition column>=<date>/data.parquet`, and
    `<dataset>/<table>/data.parquet` for a reference table, which is stored whole."""

    root: Path

    def folder(self, contract: Contract) -> Path:
        """Where its partitions lie; a table that several write has a folder for each, so that writers never meet."""
        folder = self._whole(contract)
        return folder / f"{contract.part_column}={contract.part}" if contract.part else folder

    def _whole(self, contract: Contract) -> Path:
        return self.root / contract.dataset / contract.name

    def file(self, contract: Contract, day: date | None) -> Path:
        if contract.partition_by is None:
            return self.folder(contract) / FILE
        return self.folder(contract) / f"{contract.partition_by}={day}" / FILE

    def dates(self, contract: Contract) -> list[date]:
        """The partitions that exist, oldest first."""
        return sorted(self.stamps(contract))

    def changed_at(self, contract: Contract) -> dict[date, float]:
        """When each partition last changed, in seconds since 1970: writing the same again changes nothing."""
        return {day: stamp.changed_ns / 1e9 for day, stamp in self.stamps(contract).items()}

    def stamps(self, contract: Contract, wanted: Callable[[date], bool] = lambda day: True) -> dict[date, Stamp]:
        """The version of each partition that exists and is wanted."""
        prefix, folder = f"{contract.partition_by}=", self.folder(contract)
        try:
            names = os.listdir(folder)
        except FileNotFoundError:
            return {}
        found = {}
        for name in names:
            day = day_of(name.removeprefix(prefix)) if name.startswith(prefix) else None
            if day and wanted(day):
                with suppress(FileNotFoundError, NotADirectoryError):  # a file under a partition's name is none
                    found[day] = Stamp.of(f"{folder}/{name}/{FILE}")
        return found

    def files(self, contract: Contract, dates: Window | None) -> list[Path]:
        """The existing files for `dates`, or the one file of a reference table, or nothing."""
        if contract.partition_by is None:
            file = self.file(contract, None)
            return [file] if file.exists() else []
        if parts := self.parts(contract):
            return [file for part in parts for file in self.files(part, dates)]
        return [self.file(contract, day) for day in sorted(self.stamps(contract, _within(dates)))]

    def stored(self, contract: Contract, dates: Window | None) -> Stored:
        """The files to read for `dates`: as few as hold all of them as they are now."""
        if contract.partition_by is None:
            return self._by_schema(contract, self.files(contract, None))
        found = Stored()
        for part in self.parts(contract) or [contract]:
            stamps = self.stamps(part, _within(dates))
            for year in sorted({season_year(day) for day in stamps}):
                of_season = {day: stamp for day, stamp in stamps.items() if season_year(day) == year}
                copy = self._copied(part, year, of_season) if len(of_season) > LOOSE else None
                taken = set(copy.days) if copy else set()
                loose = self._by_schema(part, [self.file(part, day) for day in sorted(of_season) if day not in taken])
                found.partitions += loose.partitions
                found.older += loose.older
                found.copies += [copy] if copy else []
        return found

    def _by_schema(self, contract: Contract, files: Iterable[Path]) -> Stored:
        """Partitions told apart by whether they have the declared columns."""
        found, declared = Stored(), footers.declared(contract)
        for file in files:
            with suppress(FileNotFoundError):  # removed meanwhile
                (found.partitions if footers.look(file, declared).as_declared else found.older).append(file)
        return found

    def builds(self, contract: Contract, days: Iterable[date]) -> dict[date, Build]:
        """With which schema and by which code each of `days` was built that is stored."""
        declared, found = footers.declared(contract), {}
        folder = f"{self.folder(contract)}/{contract.partition_by}"  # a path of its own takes longer than the look
        for day in days:
            with suppress(FileNotFoundError):
                found[day] = footers.look(f"{folder}={day}/{FILE}", declared)
        return found

    def contents(self, contract: Contract, dates: Window | None = None) -> dict[date, str]:
        """What each stored partition holds, as a hash: empty for one without rows, DAMAGED for one that is.

        Every byte is read of those that have changed since they were last looked at. A table that several write holds
        what its parts do.
        """
        if parts := self.parts(contract):
            of_parts = [(part.part, self.contents(part, dates)) for part in parts]
            days = sorted({day for _, held in of_parts for day in held})
            return {day: "".join(f"{part} {held[day]} " for part, held in of_parts if day in held) for day in days}
        declared, folder = footers.declared(contract), self.folder(contract)
        found: dict[date, str] = {}
        seasons: dict[int, dict[date, Stamp]] = {}
        for day, stamp in self.stamps(contract, _within(dates)).items():
            seasons.setdefault(season_year(day), {})[day] = stamp
        for year, stamps in seasons.items():
            known = dict(known_contents.read(folder, year)) if len(stamps) > LOOSE else {}
            new = [day for day, stamp in stamps.items() if day not in known or known[day][0] != stamp]
            for day in new:
                with suppress(FileNotFoundError):
                    content = footers.content_of(self.file(contract, day).read_bytes(), declared)
                    known[day] = stamps[day], content
            if len(new) > LOOSE:
                known_contents.keep(folder, year, known)
            found.update({day: known[day][1] for day in stamps if day in known})
        return found

    def sound(self, contract: Contract, days: Iterable[date | None]) -> list[Path]:
        """The existing files of some partitions, less those that are damaged."""
        declared, found = footers.declared(contract), []
        for file in (self.file(contract, day) for day in days):
            with suppress(FileNotFoundError):
                if not footers.content_of(file.read_bytes(), declared).startswith(footers.DAMAGED):
                    found.append(file)
        return found

    def _copied(self, contract: Contract, year: int, stamps: Mapping[date, Stamp]) -> Copied | None:
        """What of a season's wanted days its season file holds as they are."""
        copy = season_files.newest(self.folder(contract), year, footers.declared(contract).schema)
        days = sorted(copy.current(stamps)) if copy else []
        if not (copy and days):
            return None
        left_out = {day for day in copy.holds if days[0] <= day <= days[-1]} - set(days)
        return Copied(copy.path, days, sorted(left_out))

    def pack(
        self, contract: Contract, days: Iterable[date], fresh: Mapping[date, tuple[Stamp, pa.Table]] | None = None
    ) -> None:
        """Write a new season file for each season of `days` of which more than LOOSE partitions are in none.

        `fresh` are rows just written, and the version of their file: they need not be read again.
        """
        assert contract.partition_by
        folder = self.folder(contract)
        for year in sorted({season_year(day) for day in days}):

            def of_season(day: date, year: int = year) -> bool:
                return season_year(day) == year

            stamps = self.stamps(contract, of_season)
            copy = season_files.newest(folder, year, footers.declared(contract).schema)
            if len(stamps) - len(copy.current(stamps) if copy else ()) > LOOSE:
                rows = self._rows(contract, stamps, fresh or {})
                with suppress(OSError):  # a full disk: the rows are in their partitions, and read from there
                    season_files.write(folder, year, contract.schema().to_pyarrow(), rows, contract.partition_by)

    def _rows(
        self, contract: Contract, stamps: Mapping[date, Stamp], fresh: Mapping[date, tuple[Stamp, pa.Table]]
    ) -> Iterator[tuple[date, Stamp, pa.Table]]:
        """The rows of each day, less the days that are replaced meanwhile, damaged, or have other columns than the
        contract."""
        for day, stamp in sorted(stamps.items()):
            if day in fresh and fresh[day][0] == stamp:
                yield day, stamp, fresh[day][1]
                continue
            with suppress(OSError, pa.ArrowInvalid):  # gone, or damaged
                file = self.file(contract, day)
                rows = pq.ParquetFile(file).read()
                if rows.schema.equals(footers.declared(contract).schema) and Stamp.of(file) == stamp:
                    yield day, stamp, rows

    def parts(self, contract: Contract) -> list[Contract]:
        """A table that several write, asked for as a whole: its parts."""
        if not contract.has_parts:
            return []
        prefix = f"{contract.part_column}="
        parts = [folder.name.removeprefix(prefix) for folder in self.folder(contract).glob(f"{prefix}*")]
        return [replace(contract, part=part) for part in sorted(parts)]

    def replace(
        self,
        contract: Contract,
        parts: Iterable[Part],
        code: str = "",
        read: Mapping[date, str] | None = None,
        *,
        count_changes: bool = False,
    ) -> dict[date | None, Replaced]:
        """Replace each given partition by its rows, one rename each, with a note of the code that made them and of what
        each day was `read` from.

        Equal ones are left alone, and of equal rows the notes alone are changed: when they changed stays as it was.
        """
        writing, read = writing_in(self._whole(contract)), read or {}
        counted_by = contract.key if count_changes else ()

        def written(part: Part) -> Replaced:
            day, rows = part
            return _write(self.file(contract, day), rows, code, read.get(day, "") if day else "", writing, counted_by)

        parts = list(parts)
        found = dict(zip((day for day, _ in parts), _each(written, parts), strict=True))
        known = {day: (found[day].stamp, found[day].content if rows.num_rows else "") for day, rows in parts if day}
        if len(known) > LOOSE:
            self._keep_known(contract, known)
        return found

    def _keep_known(self, contract: Contract, known: known_contents.Known) -> None:
        """What was just written need not be read to know what it holds."""
        folder = self.folder(contract)
        for year in sorted({season_year(day) for day in known}):
            of_season = {day: of for day, of in known.items() if season_year(day) == year}
            known_contents.keep(folder, year, {**known_contents.read(folder, year), **of_season})

    def remove(self, contract: Contract, days: Iterable[date]) -> None:
        """Remove partitions that the source no longer has, such as the old date of a postponed game."""
        for day in days:
            self.file(contract, day).unlink(missing_ok=True)


def _each(written: Callable[[Part], Replaced], parts: Sequence[Part]) -> list[Replaced]:
    """The parts, each written; many at once, for Arrow encodes without Python's lock."""
    if len(parts) <= LOOSE:
        return [written(part) for part in parts]
    with ThreadPoolExecutor(WRITERS) as writers:
        return list(writers.map(written, parts))


def day_of(text: str) -> date | None:
    """The date of a partition's folder; a copy that somebody has put beside it (`2022-01-05.bak`) is of none."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if day.isoformat() == text else None


def _within(dates: Window | None) -> Callable[[date], bool]:
    return lambda day: dates is None or day in dates


def _write(file: Path, rows: pa.Table, code: str, read: str, writing: str, counted_by: Sequence[str]) -> Replaced:
    new = footers.file_of(rows, code, read)
    content = footers.written_content(new)
    old, before = None, b""
    with suppress(FileNotFoundError):
        old, before = Stamp.of(file), file.read_bytes()
    if old and before == new:
        return Replaced(old, content)  # the file keeps its time: what reads it has nothing new to read
    same_rows = bool(old) and footers.same_rows(before, new)
    changes = changes_of(before, rows, counted_by) if counted_by and not same_rows else NONE
    with replacing_in(writing, file) as temporary:
        temporary.write_bytes(new)
        stamp = Stamp.of(temporary)
        if old and same_rows:
            os.utime(temporary, ns=(old.changed_ns, old.changed_ns))
            stamp = Stamp.of(temporary)
        elif old and stamp.changed_ns <= old.changed_ns:
            # The clock ticks in milliseconds: without this, two versions of equal size could pass for one.
            os.utime(temporary, ns=(old.changed_ns + 1, old.changed_ns + 1))
            stamp = Stamp.of(temporary)
    return Replaced(stamp, content, changes)
