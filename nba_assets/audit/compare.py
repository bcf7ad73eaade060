"""Comparison of two lakes, table by table and column by column: do two builds hold the same rows?

Partitions of the same bytes are equal; all others are compared in one DuckDB query a table, rows matched by the
contract's key. What a table ought to hold is not asked here, nor is anything built.
"""

from __future__ import annotations

import filecmp
import glob
import os
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from nba_assets.contracts.contract import Contract
from nba_assets.contracts.errors import BadInput
from nba_assets.contracts.failures import RECORDS
from nba_assets.tables.raw import RAW_TABLES
from nba_assets.tables.registry import every_table, monthly_tables
from nba_assets.warehouse.connection import connected
from nba_assets.warehouse.footers import has_rows
from nba_assets.warehouse.lake import FILE, day_of
from nba_assets.warehouse.lake_views import quoted
from nba_assets.warehouse.scratch import scratch_folder

ABSENT = "(no row)"
WHOLE = "(partition)"
TABLE = "(table)"
HASH = "data_hash"
EXAMPLES = 3
"""Of each column that differs, and of the rows of one side, so many are told."""


@dataclass(frozen=True)
class Difference:
    """One value that is not the same: `column` is WHOLE or TABLE where those are there on one side only."""

    table: str
    key: str
    column: str
    old: str
    new: str


@dataclass(frozen=True)
class Change:
    """How one column changed, over the rows of both sides that differ in it; an element of an array is a column, too.

    `mean` and `greatest` are the absolute differences of numbers that are known on both sides.
    """

    rows: int
    filled: int
    """NULL before and not now."""
    emptied: int
    mean: float | None = None
    greatest: float | None = None


@dataclass
class Compared:
    """One table's rows on both sides, how they differ, and which of their columns do in how many rows.

    `data_hash` differs with any other column: it is counted where it differs alone.
    """

    table: str
    old_rows: int = 0
    new_rows: int = 0
    only_old: int = 0
    only_new: int = 0
    changed: int = 0
    """Rows of both sides that differ in some column."""
    columns: Counter[str] = field(default_factory=Counter)
    changes: dict[str, Change] = field(default_factory=dict)
    """By column, of those that rows differ in; an array's numbers follow it as `column[1]`, with their name if any."""
    differences: list[Difference] = field(default_factory=list)


def compare(
    old: Path, new: Path, names: Sequence[str] = (), *, common_columns: bool = False, common_tables: bool = False
) -> list[Compared]:
    """All tables that are stored in one of two lakes, or those `names` (of tables or datasets), each in both.

    What is there on one side only, be it a table, a partition with rows, a column or a row, is a difference; tables and
    columns are not with `common_tables` and `common_columns`.

    Raises BadInput for a folder that is no lake, a name that neither holds, or a file that is damaged.
    """
    sides = [_stored(root) for root in (old, new)]
    found = sorted(sides[0].keys() | sides[1].keys())
    if unknown := [name for name in names if not any(name in _called(table) for table in found)]:
        raise BadInput(f"--tables: {unknown[0]!r} is in neither lake; there are {', '.join(found)}")
    wanted = [table for table in found if not names or set(names) & _called(table)]
    contracts = {contract.full_name: contract for contract in (*RAW_TABLES, *every_table(), *monthly_tables(), RECORDS)}
    return [
        compare_files(name, contracts.get(name), *(side.get(name, {}) for side in sides), common_columns=common_columns)
        for name in wanted
        if not common_tables or all(name in side for side in sides)
    ]


def _called(full_name: str) -> set[str]:
    dataset, _, name = full_name.partition(".")
    return {full_name, dataset, name}


Partitions = dict[str, Path]
"""The files of a table by the folder they lie in, which says what partition each is."""


def _stored(root: Path) -> dict[str, Partitions]:
    """The partitions of every table under `root`. What somebody has put beside them, as a folder of copies, is none."""
    found: dict[str, Partitions] = {}
    for folder in sorted(folder for folder in root.glob("*/*") if folder.is_dir() and "=" not in folder.name):
        under = [Path(at).relative_to(folder) for at, _, files in os.walk(folder) if FILE in files]
        if under := [place for place in under if all(map(_is_partition, place.parts))]:
            found[".".join(folder.parts[-2:])] = {str(place): folder / place / FILE for place in sorted(under)}
    if not found:
        raise BadInput(f"{root} is no lake: no <dataset>/<table>/.../{FILE} in it")
    return found


def _is_partition(folder: str) -> bool:
    """Whether a folder is a partition's, as `game_date=2024-11-08` is and `game_date=2024-11-08.bak` is not."""
    _, is_one, value = folder.partition("=")
    return bool(is_one) and (not re.match(r"\d{4}-\d\d-", value) or day_of(value) is not None)


def compare_files(
    name: str,
    contract: Contract | None,
    old: Partitions,
    new: Partitions,
    *,
    common_columns: bool = False,
    examples: int | None = EXAMPLES,
    whole: str = TABLE,
) -> Compared:
    """The rows of one table in two sets of files; of every kind of difference so many examples, all of them for None.

    `whole` says what is missing where one set is empty. Without a contract, rows that are not wholly equal are rows of
    one side only.
    """
    found = Compared(name)
    if not (old and new):
        rows = _count(name, [*old.values(), *new.values()])
        sides = (f"{rows} rows", "not there") if old else ("not there", f"{rows} rows")
        found.old_rows, found.new_rows = (rows, 0) if old else (0, rows)
        found.only_old, found.only_new = found.old_rows, found.new_rows
        found.differences.append(Difference(name, "", whole, *sides))
        return found
    for place in sorted(old.keys() ^ new.keys()):
        if not has_rows(old.get(place) or new[place]):
            continue  # a day off, which an older release stored without rows
        found.differences.append(Difference(name, place, WHOLE, *_there(place in old)))
    same = {place for place in old.keys() & new.keys() if filecmp.cmp(old[place], new[place], shallow=False)}
    found.old_rows = found.new_rows = _count(name, [old[place] for place in same])
    old_files, new_files = ([side[place] for place in side if place not in same] for side in (old, new))
    if old_files or new_files:
        with _connection(name) as connection:
            both = _Both(connection, found, examples)
            both.load(contract, old_files, new_files, common_columns)
            both.compare()
    return found


def _there(in_old: bool) -> tuple[str, str]:
    return ("there", "not there") if in_old else ("not there", "there")


_PRESENCE = {1.0: "there", 0.0: "not there"}


def _count(name: str, files: Sequence[Path]) -> int:
    if not files:
        return 0
    with _connection(name) as connection:
        return int(_first(connection, f"SELECT sum(num_rows) FROM parquet_file_metadata({_listed_files(files)})")[0])


@contextmanager
def _connection(name: str) -> Iterator[duckdb.DuckDBPyConnection]:
    """Raises BadInput for what cannot be read."""
    try:
        with scratch_folder() as spilled, connected(config={"temp_directory": str(spilled)}) as connection:
            connection.execute("SET TimeZone = 'UTC'")
            connection.execute("SET enable_progress_bar = false")
            yield connection
    except (duckdb.Error, pa.ArrowInvalid) as error:
        raise BadInput(f"{name} cannot be compared: {str(error).strip().splitlines()[0]}") from error


@dataclass
class _Both:
    """Two sides of a table in a database: `was` and `now`, their common columns, and rows of one key numbered."""

    connection: duckdb.DuckDBPyConnection
    found: Compared
    examples: int | None
    key: list[str] = field(default_factory=list)
    others: list[str] = field(default_factory=list)
    types: dict[str, str] = field(default_factory=dict)

    def load(self, contract: Contract | None, old: Sequence[Path], new: Sequence[Path], common_columns: bool) -> None:
        before, after = (_types(self.connection, files) for files in (old or new, new or old))
        shared = [column for column in after if column in before]
        self.key = [column for column in (contract.key if contract else shared) if column in shared]
        self.others = [column for column in shared if column not in self.key]
        self.types = {column: after[column] for column in self.others}
        if not common_columns:
            self._note_columns(old, new)
        for column in shared:
            if before[column] != after[column]:
                self._note(column, before[column], after[column])
        names, key = _listed(shared), _listed(self.key) or "1"
        for side, files in (("was", old), ("now", new)):
            # Rows of one key, which no table should have, are told apart by a number; equal ones meet.
            numbered = f"row_number() OVER (PARTITION BY {key} ORDER BY hash({names or 1}))"
            columns = f"{names}, {numbered} AS number_" if names else f"{numbered} AS number_"
            rows = _rows(files) if files else f"{_rows(old or new)} WHERE false"
            self.connection.execute(f"CREATE TABLE {side} AS SELECT {columns} FROM {rows}")

    def _note_columns(self, old: Sequence[Path], new: Sequence[Path]) -> None:
        """Columns that are in more partitions of one side than of the other."""
        if not (old and new):
            return
        before, after = (Counter(name for file in files for name in pq.read_schema(file).names) for files in (old, new))
        for column in sorted(before.keys() | after.keys()):
            shares = before[column] / len(old), after[column] / len(new)
            if shares[0] != shares[1]:
                self._note(column, *(_PRESENCE.get(share, "not in all partitions") for share in shares))

    def _note(self, column: str, old: str, new: str) -> None:
        """A column that is on one side only, or of another type."""
        self.found.columns[column] += 1
        self.found.differences.append(Difference(self.found.table, "", column, old, new))

    def compare(self) -> None:
        differ = [_differs(column) for column in self.others]
        others = " OR ".join(_differs(column) for column in self.others if column != HASH) or "false"
        counted = [
            f"count(*) FILTER ({_differs(column)}{f' AND NOT ({others})' if column == HASH else ''})"
            for column in self.others
        ]
        matched = f"count(*) FILTER ({' OR '.join(differ) or 'false'})"
        numbers = _first(self.connection, f"SELECT count(*), {', '.join([matched, *counted])} FROM {self._joined('')}")
        old, new = (_first(self.connection, f"SELECT count(*) FROM {side}")[0] for side in ("was", "now"))
        found = self.found
        found.old_rows, found.new_rows = found.old_rows + old, found.new_rows + new
        found.only_old, found.only_new = old - numbers[0], new - numbers[0]
        found.changed = numbers[1]
        told = {column: rows for column, rows in zip(self.others, numbers[2:], strict=True) if rows}
        found.columns.update(told)
        for side, rows in (("was", found.only_old), ("now", found.only_new)):
            if rows:
                self._tell(side, self._joined("ANTI", first=side))
        for column in told:
            alone = f" AND NOT ({others})" if column == HASH else ""
            differing = f"{self._joined('')} WHERE {_differs(column)}{alone}"
            self._tell("was", differing, column)
            self._measure(column, differing)

    def _measure(self, column: str, differing: str) -> None:
        """How far a column's values are apart in the rows that differ in it, and so those of an array's numbers."""
        kind, was, now = self.types[column], f'was."{column}"', f'now."{column}"'
        self._note_changes(
            f"SELECT {quoted(column)} AS name, 0 AS place, {was} AS was, {now} AS now FROM {differing}", kind
        )
        if not _NUMBERS.fullmatch(kind):
            return
        names = f"{column.removesuffix('s')}_names"  # beside `features` stand `feature_names`
        said = f"' ' || unnest(now.\"{names}\")" if names in self.types else "''"
        places = f"unnest(generate_series(1, greatest(len({was}), len({now})))) AS place"
        each = f"SELECT {said} AS said, {places}, unnest({was}) AS was, unnest({now}) AS now FROM {differing}"
        name = f"{quoted(f'{column}[')} || place || ']' || coalesce(said, '')"
        named = f"SELECT {name} AS name, place, was, now FROM ({each})"
        self._note_changes(named, kind.removesuffix("[]"))

    def _note_changes(self, pairs: str, kind: str) -> None:
        """By name and place, of pairs of values `was` and `now`."""
        apart = "abs(now::DOUBLE - was::DOUBLE)" if _NUMBER.fullmatch(kind) else "NULL"
        found = self.connection.execute(
            "SELECT name, count(*), count(*) FILTER (was IS NULL), count(*) FILTER (now IS NULL), "
            f"avg({apart}), max({apart}) FROM ({pairs}) WHERE was IS DISTINCT FROM now "
            "GROUP BY name, place ORDER BY place, name"
        ).fetchall()
        self.found.changes.update({name: Change(*change) for name, *change in found})

    def _joined(self, how: str, first: str = "was") -> str:
        second = "now" if first == "was" else "was"
        on = " AND ".join(f'was."{column}" IS NOT DISTINCT FROM now."{column}"' for column in [*self.key, "number_"])
        return f"{first} {how} JOIN {second} ON {on}"

    def _tell(self, side: str, rows: str, column: str = "") -> None:
        """Add examples: of rows of one side, or of a column's values on both."""
        parts = ", ".join(f"coalesce({side}.\"{part}\"::VARCHAR, 'NULL')" for part in self.key) or "''"
        again = f"CASE WHEN {side}.number_ > 1 THEN ' #' || {side}.number_ ELSE '' END"
        values = [f"coalesce({of}.\"{column}\"::VARCHAR, 'NULL')" for of in ("was", "now")]
        if not column:
            values = ["'row'", f"'{ABSENT}'"] if side == "was" else [f"'{ABSENT}'", "'row'"]
        limit = "" if self.examples is None else f" LIMIT {self.examples}"
        sql = f"SELECT concat_ws(', ', {parts}) || {again}, {', '.join(values)} FROM {rows} ORDER BY ALL{limit}"
        for key, old, new in self.connection.execute(sql).fetchall():
            self.found.differences.append(Difference(self.found.table, key, column, old, new))


_NUMBER = re.compile(r"DECIMAL\(\d+,\d+\)|DOUBLE|FLOAT|U?(BIG|SMALL|TINY|HUGE)?INT(EGER)?")
_NUMBERS = re.compile(rf"({_NUMBER.pattern})\[\]")


def _differs(column: str) -> str:
    """NULL equals NULL, NaN equals NaN."""
    return f'was."{column}" IS DISTINCT FROM now."{column}"'


def _rows(files: Sequence[Path]) -> str:
    """Partitions need not have the same columns: they are read by name."""
    return f"read_parquet({_listed_files(files)}, hive_partitioning = false, union_by_name = true)"


def _listed_files(files: Sequence[Path]) -> str:
    return f"[{', '.join(quoted(glob.escape(os.fspath(file))) for file in files)}]"


def _types(connection: duckdb.DuckDBPyConnection, files: Sequence[Path]) -> dict[str, str]:
    described = connection.execute(f"DESCRIBE SELECT * FROM {_rows(files)}").fetchall()
    return {name: kind for name, kind, *_ in described}


def _listed(columns: Sequence[str]) -> str:
    return ", ".join(f'"{column}"' for column in columns)


def _first(connection: duckdb.DuckDBPyConnection, sql: str) -> tuple[int, ...]:
    row = connection.execute(sql).fetchone()
    assert row is not None
    return row
