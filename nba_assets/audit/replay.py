"""A date built again from its raw partitions in a lake of its own, and compared with what production holds.

Rebuilt are all tables of the date, with their failure records, each from what this very replay made of the tables it
reads on the same date. Taken as they are: the raw partitions of the season, and of our own tables the partitions of
earlier dates, since a date's rows are to follow from the history that stood before it. So a raw file that was corrected
after production was built shows on its own date, and shows on later dates once that one is rebuilt.

Production is only read. Its files are in the replay lake as links (copies where the lake is kept or links cannot be
made); a lake replaces a file by renaming another into its place, so no write there reaches a linked file. Which dates
may be asked for and how differences are shown is the command's business.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import duckdb
import pyarrow as pa

from nba_assets.audit.compare import EXAMPLES, WHOLE, Compared, compare_files
from nba_assets.audit.game_days import require_schedule
from nba_assets.compile.bind import Dates
from nba_assets.compile.statements import made_from, statements
from nba_assets.contracts.calendar import Window
from nba_assets.contracts.contract import Contract
from nba_assets.contracts.errors import BadInput
from nba_assets.contracts.failures import failures_of
from nba_assets.contracts.table import Table
from nba_assets.tables.registry import tables
from nba_assets.warehouse.base import QueryTimeout, TransientError, Warehouse
from nba_assets.warehouse.build import write_part
from nba_assets.warehouse.duckdb import DuckDBWarehouse
from nba_assets.warehouse.lake import Lake
from nba_assets.warehouse.scratch import scratch_folder

TIMEOUT_SECONDS = 600.0


def replay(lake: Path, day: date, against: Path | None = None, keep: Path | None = None) -> list[Compared]:
    """Build `day` again from the raw partitions of `lake` and compare with the tables of `against`, or its own.

    `keep` is a folder that must not exist yet, where the replay lake stays to be looked at.

    Raises BadInput for a lake without data, a date of which production holds no table, or a file that is damaged.
    """
    window = Window(day, day)
    raw, production = Lake(lake.resolve()), Lake((against or lake).resolve())
    require_schedule(DuckDBWarehouse(raw))
    if not any(production.file(table, day).exists() for table in tables()):
        raise BadInput(f"{production.root} holds no table of {day}: there is nothing to compare with")
    with _lake_of_its_own(keep, {raw.root, production.root}) as replayed:
        for table in tables():
            _fill(replayed, raw, production, table, day, _copied if keep else linked)
        try:
            for table in tables():
                rebuild(DuckDBWarehouse(replayed), table, window)
            return compare_date(production, replayed, day)
        except (BadInput, duckdb.Error, TransientError, QueryTimeout, pa.ArrowInvalid) as error:
            raise BadInput(f"{day} cannot be replayed: {str(error).strip().splitlines()[0]}") from error


@contextmanager
def _lake_of_its_own(keep: Path | None, others: set[Path]) -> Iterator[Lake]:
    if keep is None:
        with scratch_folder() as folder:
            yield Lake(folder)
        return
    if keep.exists():
        raise BadInput(f"--keep: {keep} exists already; name a folder that does not")
    if inside := [other for other in others if other in keep.resolve().parents]:
        raise BadInput(f"--keep: {keep} lies in the lake {inside[0]}, which is not written to")
    keep.mkdir(parents=True)
    yield Lake(keep.resolve())


def _fill(
    replayed: Lake, raw: Lake, production: Lake, table: Table, day: date, place: Callable[[Path, Path], None]
) -> None:
    """Put in place what the table reads and the replay does not build."""
    inputs = made_from(table, Window(day, day))
    fill_from(replayed, inputs, lambda source: production if isinstance(source, Table) else raw, day, place)


def fill_from(
    replayed: Lake,
    inputs: Dates,
    origin_of: Callable[[Contract], Lake],
    day: date,
    place: Callable[[Path, Path], None],
    building: Collection[Contract] | None = None,
) -> None:
    """Put in place the inputs of a table, but of a day those that are built: all of ours unless said otherwise."""
    for source, dates in inputs.items():
        origin = origin_of(source)
        is_built = isinstance(source, Table) if building is None else source in building
        for file in origin.files(source, dates):
            if not is_built or file != origin.file(source, day):
                target = replayed.root / file.relative_to(origin.root)
                if not target.exists():  # another table reads it, too
                    target.parent.mkdir(parents=True, exist_ok=True)
                    place(file, target)


def linked(file: Path, place: Path) -> None:
    """A second name for a file, or a copy where there can be none."""
    try:
        os.link(file, place)
    except OSError:  # another file system, or another's file
        _copied(file, place)


def _copied(file: Path, place: Path) -> None:
    shutil.copy2(file, place)


def rebuild(warehouse: Warehouse, table: Table, window: Window) -> None:
    """As the table's step does it, without the checks and the record that Dagster keeps."""
    with warehouse.session(TIMEOUT_SECONDS) as session:
        write_part(session, table, statements(table, warehouse.dialect), window, window.dates())


def compare_date(production: Lake, replayed: Lake, day: date) -> list[Compared]:
    """The rows of `day` in two lakes, of all tables and of their failure records, every difference told."""
    return compare_days(tables(), production, {day: replayed}, examples=None)


def compare_days(
    chosen: Sequence[Table], stored: Lake, built: Mapping[date, Lake], examples: int | None = EXAMPLES
) -> list[Compared]:
    """The rows of some days and the failure records of some tables, as stored and as built."""
    return [_compared(name, contract, stored, built, examples) for name, contract in _contracts(chosen)]


def _contracts(chosen: Sequence[Table]) -> Iterator[tuple[str, Contract]]:
    for table in chosen:
        yield table.name, table
        if records := failures_of(table):
            yield f"{records.name} of {table.name}", records


def _compared(
    name: str, contract: Contract, stored: Lake, built: Mapping[date, Lake], examples: int | None
) -> Compared:
    old = {str(day): file for day in built if (file := stored.file(contract, day)).exists()}
    new = {str(day): file for day, own in built.items() if (file := own.file(contract, day)).exists()}
    if not old and not new:
        return Compared(name)
    return compare_files(name, contract, old, new, examples=examples, whole=WHOLE)
