"""A lake as it was at one tip: raw partitions wholly known then are linked, others written again, the rest left out."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from nba_assets.contracts.calendar import Window, season_year
from nba_assets.contracts.contract import RawTable
from nba_assets.tables.raw import RAW_TABLES
from nba_assets.warehouse.duckdb import DuckDBWarehouse
from nba_assets.warehouse.lake import Lake
from nba_assets_tests.known_when.certain import CERTAIN
from nba_assets_tests.known_when.rules import LATER_EDITIONS, Rule, met, rule_of

NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Played:
    """A game that was played to its end on the day."""

    game_id: str
    tip: datetime
    teams: tuple[str, str]


@dataclass(frozen=True)
class Season:
    """The raw tables of the whole lake over the season of a day, with what the rules ask for."""

    lake: Lake
    connection: duckdb.DuckDBPyConnection
    day: date
    _next_change: dict[RawTable, datetime] = field(default_factory=dict)
    """When more of a table becomes known than was at the last cut."""

    def slate(self) -> list[Played]:
        """The day's games, by tip."""
        found = self.connection.execute(
            """
            SELECT strftime(game_date, '%Y%m%d') || '_' || substr(game_code, 10, 3) || '_' || substr(game_code, 13, 3),
                game_date_est, substr(game_code, 10, 3), substr(game_code, 13, 3)
            FROM nba_raw.nbac_schedule
            WHERE game_date = ? AND game_status = 3 AND left(game_id, 3) IN ('002', '004', '005', '006')
            ORDER BY 2, 1
            """,
            [self.day],
        ).fetchall()
        return [Played(game_id, tip, (away, home)) for game_id, tip, away, home in found]

    def cut(self, to: Lake, tip: datetime) -> list[RawTable]:
        """Make the raw tables of `to` what was known at the tip; later tips come later. Those of which more was."""
        self.connection.execute(f"SET VARIABLE tip = TIMESTAMPTZ '{tip.isoformat()}'")
        more = [table for table in RAW_TABLES if table not in self._next_change or self._next_change[table] <= tip]
        for table in more:
            self._next_change[table] = self._cut(table, rule_of(table), to)
        return more

    def _cut(self, table: RawTable, rule: Rule, to: Lake) -> datetime:
        """Replace the table's partitions by what was known; the answer is when more will be."""
        part, source = table.partition_by or "NULL", rule.rows or table.full_name
        known = f"coalesce({rule.known_at} <= getvariable('tip'), false)"
        then = {name: f"({value})" for name, value in rule.as_then.items()}
        as_it_is = " AND ".join(["true", *(f"r.{name} IS NOT DISTINCT FROM {value}" for name, value in then.items())])
        found = self.connection.execute(
            f"SELECT part, bool_or(known), bool_and(known AND as_it_is), min(known_at) FILTER (NOT known AND"
            f" isfinite(known_at)) FROM (SELECT {part} AS part, {rule.known_at} AS known_at, {known} AS known,"
            f" {as_it_is} AS as_it_is FROM {source} AS r) GROUP BY 1"
        ).fetchall()
        for day, _, whole, _ in found:
            if whole:
                _link(self.lake.file(table, day), to.file(table, day))
        to.remove(table, [day for day, some, *_ in found if not some])
        if changed := [day for day, some, whole, _ in found if some and not whole]:
            replaced = ", ".join(f"{value} AS {name}" for name, value in then.items())
            columns = f"* REPLACE ({replaced})" if replaced else "*"
            key = ", ".join(dict.fromkeys([*([part] if table.partition_by else []), *table.key]))
            rows = self.connection.execute(
                f"SELECT {columns} FROM {source} AS r WHERE {known} ORDER BY {key}"
            ).to_arrow_table()
            rows = rows.cast(table.schema().to_pyarrow())
            to.replace(table, [(day, _of(rows, table, day)) for day in changed])
        return min((then for *_, then in found if then), default=NEVER)


@contextmanager
def season_of(warehouse: DuckDBWarehouse, day: date) -> Iterator[Season]:
    """The raw tables of the season that the day is in."""
    window = Window.season(season_year(day))
    with warehouse.connect({table: window if table.partition_by else None for table in RAW_TABLES}) as connection:
        connection.execute(f"SET VARIABLE day = DATE '{day}'")
        connection.execute(CERTAIN)
        connection.execute(LATER_EDITIONS)
        connection.execute(met(RAW_TABLES))
        yield Season(warehouse.lake, connection, day)


def _of(rows: pa.Table, table: RawTable, day: date | None) -> pa.Table:
    return rows if table.partition_by is None else rows.filter(pc.equal(rows[table.partition_by], day))


def _link(file: Path, to: Path) -> None:
    """Safe, because a lake's files are replaced by rename."""
    if to.exists() and to.samefile(file):
        return
    to.parent.mkdir(parents=True, exist_ok=True)
    to.unlink(missing_ok=True)
    os.link(file, to)
