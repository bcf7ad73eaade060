"""Ingestion of delivered files into the lake: find them, have them checked, replace the partitions they hold.

All tables pass their checks before the first partition is written: one bad file leaves the lake as it was. What a
file must look like is a matter of staging, what its rows mean one of the conformed tables.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date
from itertools import accumulate, groupby
from pathlib import Path
from time import perf_counter

import duckdb
import pyarrow as pa

from nba_assets.contracts.calendar import Window, season_label, season_year, today
from nba_assets.contracts.contract import RawTable
from nba_assets.contracts.errors import BadInput, GaveWay
from nba_assets.contracts.kept_out import QUARANTINE
from nba_assets.tables.raw import raw_table
from nba_assets.warehouse import footers, quarantine
from nba_assets.warehouse.copies import BOOKKEEPING, listed
from nba_assets.warehouse.delivered import format_of, source_of
from nba_assets.warehouse.editions import keep_editions
from nba_assets.warehouse.lake import Lake
from nba_assets.warehouse.scratch import scratch_folder
from nba_assets.warehouse.staging import Staged, scratch_database, stage

Progress = Callable[[RawTable, int, int], None]
"""Told the table, how many of its partitions are written, and how many it has."""


@dataclass(frozen=True)
class Ingested:
    """What became of one table's files; `rejected` counts the rows kept out, by reason, `rows` those of each date.

    `withdrawn` are dates that the source no longer has, `unchanged` those of which it says what it said before;
    `contradictions` says in one line which rows contradict one another, `notes` what else is worth one.
    """

    contract: RawTable
    files: int
    rows_in: int
    rows_written: int
    rejected: Mapping[str, int]
    window: Window | None
    seconds: float
    rows: Mapping[date | None, int]
    withdrawn: Sequence[date] = ()
    unchanged: frozenset[date] = frozenset()
    contradictions: str = ""
    notes: Sequence[str] = ()

    @property
    def partitions(self) -> int:
        return len(self.rows)


def ingest(directory: Path, lake: Lake, progress: Progress | None = None, *, strict: bool = False) -> list[Ingested]:
    """Put every `<dataset>/<table>/*.parquet`, `*.csv`, `*.csv.gz` and `*.csv.zst` of `directory` into the lake.

    The same files give the same lake, byte for byte, however often. Raises `BadInput` and writes nothing if any
    file breaks its contract; if `strict`, rows that share a key break it, too. Raises `GaveWay` if a file changes
    while it is read.
    """
    delivered = delivered_in(directory)
    with scratch_folder() as scratch, scratch_database(scratch) as con:
        staged = [stage(con, contract, files, directory, strict) for contract, files in delivered.items()]
        with _alone(lake):
            for table in staged:
                _require_whole(lake, table.contract)
                _require_season(lake, table)
            return [_store(con, table, lake, progress) for table in staged]


MOST_MOVED = 7
"""Dates of a season that may go at once, were they most of it."""


@contextmanager
def _alone(lake: Lake) -> Iterator[None]:
    """One delivery at a time: what one adds to rows that it reads, of a reference table, another would write over.

    Who is killed lets go. A disk that knows no locks has deliveries as they come.
    """
    lake.root.mkdir(parents=True, exist_ok=True)
    root = os.open(lake.root, os.O_RDONLY)
    try:
        with suppress(OSError):
            fcntl.flock(root, fcntl.LOCK_EX)
        yield
    finally:
        os.close(root)


def _require_whole(lake: Lake, contract: RawTable) -> None:
    """Raises `BadInput` where rows of others, that would go in again with what is delivered, cannot be read."""
    for whole in filter(None, (contract, contract.editions)):
        if whole.partition_by or not (file := lake.file(whole, None)).exists():
            continue
        if not footers.look(file, footers.declared(whole)).as_declared or not lake.sound(whole, [None]):
            told = f"{file} is damaged, or has other columns than are declared"
            raise BadInput(f"{told}: restore it, or remove it and deliver all of {contract.full_name} again")


def _require_season(lake: Lake, staged: Staged) -> None:
    """Raises `BadInput` for some dates of a source that tells a season whole: all others would go."""
    delivered, stored = {day for day in staged.days if day}, lake.dates(staged.contract)
    gone = Counter(map(season_year, _withdrawn(staged.contract, lake, delivered)))
    for year, dates in sorted(gone.items()):
        held = sum(season_year(day) == year for day in stored)
        if dates > max(held / 2, MOST_MOVED):
            told = f"{dates} of {held} dates that are stored of {season_label(year)} are not in this delivery"
            raise BadInput(f"{staged.contract.full_name}: {told}, and would be removed: deliver the season whole")


def delivered_in(directory: Path) -> dict[RawTable, list[Path]]:
    """The files of each table, told by their folders. Files in the root itself are not ours to judge."""
    if not directory.is_dir():
        raise BadInput(f"{directory}: no such directory")
    delivered = {}
    for dataset in _folders(directory):
        if loose := _data_files(dataset):
            raise BadInput(f"{loose[0].relative_to(directory)}: not in a <dataset>/<table> folder")
        for table in _folders(dataset):
            contract = raw_table(f"{dataset.name}.{table.name}")
            if contract is None:
                raise BadInput(f"{dataset.name}/{table.name}: there is no such raw table")
            if deep := [file for folder in _folders(table) for file in sorted(folder.rglob("*")) if format_of(file)]:
                raise BadInput(f"{deep[0].relative_to(directory)}: not in a <dataset>/<table> folder")
            if not (files := _data_files(table)):
                raise BadInput(f"{dataset.name}/{table.name}: no .parquet or .csv file in it")
            delivered[contract] = files
    if not delivered:
        raise BadInput(f"{directory}: no <dataset>/<table> folder in it")
    return delivered


def _folders(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.is_dir() and not path.name.startswith("."))


def _data_files(folder: Path) -> list[Path]:
    """A link that leads nowhere is one: it must not be passed over."""
    return sorted(path for path in folder.iterdir() if format_of(path) and (path.is_file() or path.is_symlink()))


def _store(con: duckdb.DuckDBPyConnection, staged: Staged, lake: Lake, progress: Progress | None) -> Ingested:
    """Replace one table's partitions by its staged rows, having noted what that takes away from the editions kept."""
    started = perf_counter()
    contract, days = staged.contract, [day for day in staged.days if day]
    withdrawn, notes = _withdrawn(contract, lake, set(days)), [*staged.notes, *_older(con, staged, lake)]
    if withdrawn:
        dates = f"{withdrawn[0]}" + (f" and {len(withdrawn) - 1} more dates" if withdrawn[1:] else "")
        notes.append(f"{contract.full_name} of {dates}: no longer in what is delivered of the season, removed")
    before, as_it_was = lake.stamps(contract), _as_it_was(con, staged, lake)
    keep_editions(con, staged, lake)
    quarantine.keep(lake, contract, [*staged.kept, *_still_kept(con, staged, lake)], [*staged.days, *withdrawn])
    done = 0
    for parts in _batches(con, staged, lake):
        lake.replace(contract, parts)
        done += len(parts)
        if progress:
            progress(contract, done, len(staged.days))
    lake.remove(contract, withdrawn)
    if contract.partition_by:
        lake.pack(contract, days)
    if not contract.replaces:
        after = lake.stamps(contract)
        as_it_was = frozenset(day for day in days if before.get(day) == after.get(day))
    rows_written = sum(staged.days.values())
    return Ingested(
        contract=contract,
        files=staged.files,
        rows_in=rows_written + sum(staged.rejected.values()),
        rows_written=rows_written,
        rejected=staged.rejected,
        window=Window(days[0], days[-1]) if days else None,
        seconds=staged.seconds + perf_counter() - started,
        rows=staged.days,
        withdrawn=tuple(withdrawn),
        unchanged=as_it_was,
        contradictions=_contradictions(staged),
        notes=tuple(notes),
    )


def _as_it_was(con: duckdb.DuckDBPyConnection, staged: Staged, lake: Lake) -> frozenset[date]:
    """Of a source that re-publishes a whole season each day: the dates of which it says what is stored, whenever each
    row was written. From today on none where it says anything else of any date: who looks ahead reads all of it."""
    contract, day = staged.contract, staged.contract.partition_by
    if not (day and contract.replaces):
        return frozenset()
    days = [of for of in staged.days if of]
    as_declared = all(build.as_declared for build in lake.builds(contract, days).values())
    if not (as_declared and (files := lake.sound(contract, days))):
        return frozenset()
    told = ", ".join(column.name for column in contract.columns if column.name not in BOOKKEEPING)
    old, new = f"SELECT {told} FROM {source_of(files)}", f"SELECT {told} FROM {staged.table} WHERE _rejected IS NULL"
    differs = f"(({old}) EXCEPT ALL ({new})) UNION ALL (({new}) EXCEPT ALL ({old}))"
    changed = {of for (of,) in con.execute(f"SELECT DISTINCT {day} FROM ({differs})").fetchall()}
    changed |= set(_withdrawn(contract, lake, set(days)))
    return frozenset(of for of in days if of not in changed and (of < today() or not changed))


def _older(con: duckdb.DuckDBPyConnection, staged: Staged, lake: Lake) -> Iterator[str]:
    """Dates of which something newer is stored than is delivered, in a line: an old copy may be meant, or not."""
    contract, day = staged.contract, staged.contract.partition_by
    names = [column.name for column in contract.columns]
    if not day or "processed_at" not in names or not (files := lake.sound(contract, staged.days)):
        return
    newest, told = f"SELECT {day} AS day, max(processed_at) AS at FROM", "strftime({}.at, '%Y-%m-%d %H:%M UTC')"
    found = con.execute(
        f"SELECT day, {told.format('old')}, {told.format('new')}"
        f" FROM ({newest} {source_of(files)} GROUP BY 1) old"
        f" JOIN ({newest} {staged.table} WHERE _rejected IS NULL GROUP BY 1) new USING (day)"
        " WHERE old.at > new.at ORDER BY day"
    ).fetchall()
    if found:
        dates = f"{found[0][0]}" + (f" and {len(found) - 1} more dates" if found[1:] else "")
        yield f"{contract.full_name} of {dates}: written {found[0][2]}, replaces what was written {found[0][1]}"


def _contradictions(staged: Staged) -> str:
    """The rows that contradict one another, in a line that names the first."""
    found = [json.loads(entry["row"]) for entry in staged.kept if entry["row"]]
    if not found:
        return ""
    keys = dict.fromkeys(tuple(row[name] for name in staged.contract.key) for row in found)
    told = f"{len(found):,} rows of {len(keys):,} keys contradict one another and are in {QUARANTINE.full_name}"
    named = ", ".join(staged.contract.key)
    return f"{staged.contract.full_name}: {told}: ({named}) {listed(list(keys)[:3])}"


_Parts = list[tuple[date | None, pa.Table]]

_BATCH_ROWS = 250_000
"""About how many rows are in memory at once; a season of play-by-play is more than twice as many."""


def _batches(con: duckdb.DuckDBPyConnection, staged: Staged, lake: Lake) -> Iterator[_Parts]:
    """The partitions to write, sorted by date and key."""
    contract = staged.contract
    columns = ", ".join(c.name for c in contract.columns)
    rows = f"SELECT {columns} FROM {staged.table} WHERE _rejected IS NULL"
    key = ", ".join(contract.key)
    if contract.partition_by is None:
        if staged.days:
            yield [(None, con.sql(f"{rows}{_kept(staged, lake, columns)} ORDER BY {key}").to_arrow_table())]
        return
    for days in _in_batches(staged.days):
        between = f"{contract.partition_by} BETWEEN DATE '{days[0]}' AND DATE '{days[-1]}'"
        batch = con.sql(f"{rows} AND {between} ORDER BY {contract.partition_by}, {key}").to_arrow_table()
        ends = list(accumulate(staged.days[day] for day in days))
        parts = [
            (day, batch.slice(end - staged.days[day], staged.days[day])) for day, end in zip(days, ends, strict=True)
        ]
        if batch.num_rows != ends[-1] or not all(_is_of(day, rows[contract.partition_by]) for day, rows in parts):
            raise GaveWay(f"{contract.full_name}: a file was changed while it was read: deliver it again")
        yield parts


def _is_of(day: date | None, days: pa.ChunkedArray) -> bool:
    """Whether sorted dates are all the same."""
    return bool(days[0].as_py() == day == days[-1].as_py())


def _in_batches(days: dict[date | None, int]) -> Iterator[list[date | None]]:
    ends = zip(days, accumulate(days.values()), strict=True)
    for _, batch in groupby(ends, key=lambda day_and_end: day_and_end[1] // _BATCH_ROWS):
        yield [day for day, _ in batch]


def _kept(staged: Staged, lake: Lake, columns: str) -> str:
    """The reference rows already in the lake that the delivery does not replace, as the rest of a query."""
    replaces = staged.contract.replaces
    if not (files := lake.files(staged.contract, None)):
        return ""
    return (
        f" UNION ALL SELECT {columns} FROM {source_of(files)}"
        f" WHERE {replaces} NOT IN (SELECT {replaces} FROM {staged.table} WHERE _rejected IS NULL)"
    )


def _still_kept(con: duckdb.DuckDBPyConnection, staged: Staged, lake: Lake) -> list[quarantine.Entry]:
    """What stays in quarantine of a table that is stored whole: rows of other seasons than are delivered."""
    contract = staged.contract
    if contract.partition_by:
        return []
    given = con.execute(f"SELECT DISTINCT {contract.replaces} FROM {staged.table} WHERE _rejected IS NULL").fetchall()
    contradicting = (json.loads(entry["row"])[contract.replaces] for entry in staged.kept if entry["row"])
    return quarantine.of_others(lake, contract, {*(value for (value,) in given), *contradicting})


def _withdrawn(contract: RawTable, lake: Lake, delivered: set[date]) -> list[date]:
    """The dates in the lake that a source which re-publishes whole seasons no longer has: a game was moved."""
    if contract.replaces != "season_year":
        return []
    seasons = {season_year(day) for day in delivered}
    return [day for day in lake.dates(contract) if season_year(day) in seasons and day not in delivered]
