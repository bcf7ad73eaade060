"""Rows that stand before a game, built again from what was known at each tip, and how they differ from the lake's."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from nba_assets.compile.statements import statements
from nba_assets.contracts.calendar import Window, season_year
from nba_assets.contracts.contract import Contract
from nba_assets.contracts.failures import failures_of
from nba_assets.contracts.table import Table
from nba_assets.warehouse.build import write_part
from nba_assets.warehouse.duckdb import DuckDBWarehouse
from nba_assets.warehouse.lake import Lake
from nba_assets_tests.known_when.cut import Played, season_of
from nba_assets_tests.known_when.standing import before_a_game, history_of, made_of, needed_for

TIMEOUT_SECONDS = 600.0

ROW = "(row)"


@dataclass(frozen=True)
class Difference:
    """A value of the lake that is another one when only what was known at the tip is there."""

    tip: datetime
    table: str
    column: str
    key: tuple[Any, ...]
    stored: Any
    known: Any

    def __str__(self) -> str:
        return f"{self.table}.{self.column} {self.key} at {self.tip:%H:%M}: {self.stored!r}, known {self.known!r}"


def told(found: Mapping[date, Sequence[Difference]]) -> dict[str, list[str]]:
    """The columns that differ with some of their rows, by date."""
    columns: dict[str, list[str]] = {}
    for day, differences in found.items():
        for difference in differences:
            columns.setdefault(f"{day} {difference.table}.{difference.column}", []).append(str(difference))
    return {column: rows[:3] for column, rows in columns.items()}


def build_history(
    warehouse: DuckDBWarehouse, day: date, since: date | None = None, standing: Collection[Table] | None = None
) -> None:
    """Build what those tables read of the dates before the day, of its season, or `since`."""
    first = since or Window.season(season_year(day)).start
    needed = needed_for(standing or before_a_game())
    _build(warehouse, history_of(needed), Window(first, day - timedelta(days=1)))


def build_standing(
    warehouse: DuckDBWarehouse,
    day: date,
    of: Collection[Contract] | None = None,
    standing: Collection[Table] | None = None,
) -> None:
    """Build the tables whose rows stand before a game of the day, over that; or those that are made `of` something."""
    needed = needed_for(standing or before_a_game())
    _build(warehouse, needed if of is None else made_of(of, needed), Window(day, day))


def _build(warehouse: DuckDBWarehouse, tables: Sequence[Table], window: Window) -> None:
    for table in tables if window.days else ():
        with warehouse.session(TIMEOUT_SECONDS) as session:
            write_part(session, table, statements(table, warehouse.dialect), window, window.dates())


def differences(
    warehouse: DuckDBWarehouse,
    days: Iterable[date],
    root: Path,
    *,
    since: date | None = None,
    ends: bool = False,
    standing: Sequence[Table] | None = None,
) -> dict[date, list[Difference]]:
    """What the lake's rows of some days of one season have that was not known at the tip of their game.

    A lake of what was known is made under `root`, or grows where there is one of days before. What is read of earlier
    dates, of the season or `since`, is built once, as it was known at the first tip after it: at a later one no less
    is known. With `ends`, of each night the first and the last tip are looked at; of `standing`, those tables alone.
    """
    standing = standing or before_a_game()
    known = DuckDBWarehouse(Lake(root), warehouse.threads)
    found: dict[date, list[Difference]] = {}
    for day in sorted(days):
        with season_of(warehouse, day) as season:
            slate = season.slate()
            assert slate, f"no game was played on {day}"
            found[day] = []
            tips = _Tips(slate, _teams(warehouse.lake, day))
            times = sorted({game.tip for game in slate})
            for tip in sorted({times[0], times[-1]}) if ends else times:
                more = season.cut(known.lake, tip)
                _build_once(known, day, since, standing)
                build_standing(known, day, more, standing)
                found[day] += _differences(warehouse.lake, known.lake, standing, tips, day, tip)
    return found


def _build_once(known: DuckDBWarehouse, day: date, since: date | None, standing: Sequence[Table]) -> None:
    """Build the history of the day, as far as it is not there."""
    note = known.lake.root / "history_up_to"
    done = date.fromisoformat(note.read_text()) if note.exists() else since
    if done is None or done < day:
        build_history(known, day, done, standing)
        note.write_text(str(day))


def _differences(
    lake: Lake, known: Lake, standing: Sequence[Table], tips: _Tips, day: date, tip: datetime
) -> Iterator[Difference]:
    for table in standing:
        for contract in (table, failures_of(table)):
            if contract:
                sides = (_rows(side, contract, day, tips, tip) for side in (lake, known))
                yield from _compare(contract, tip, *sides)


@dataclass(frozen=True)
class _Tips:
    """Which tip a row stands before; a row of no game of the day, before the last."""

    slate: Sequence[Played]
    teams: Mapping[str, str]

    def of(self, row: Mapping[str, Any]) -> datetime:
        names = (row.get("player_lookup"), row.get("entity_id"))
        team = row.get("team_abbr") or next((self.teams[name] for name in names if name in self.teams), names[1])
        played = [game.tip for game in self.slate if row.get("game_id") == game.game_id or team in game.teams]
        return played[0] if played else max(game.tip for game in self.slate)


def _teams(lake: Lake, day: date) -> dict[str, str]:
    """Whom each player of the day plays for."""
    rosters = next(table for table in before_a_game() if table.name == "rosters")
    return {row["player_lookup"]: row["team_abbr"] for row in pq.read_table(lake.file(rosters, day)).to_pylist()}


_Rows = Mapping[tuple[Any, ...], Mapping[str, Any]]


def _rows(lake: Lake, contract: Contract, day: date, tips: _Tips, tip: datetime) -> _Rows:
    rows = pq.ParquetFile(lake.file(contract, day)).read().to_pylist()
    return {tuple(row[name] for name in contract.key): row for row in rows if tips.of(row) == tip}


def _compare(contract: Contract, tip: datetime, stored: _Rows, known: _Rows) -> Iterator[Difference]:
    for key in sorted(stored.keys() | known.keys(), key=str):
        one, other = stored.get(key), known.get(key)
        if one is None or other is None:
            yield Difference(tip, contract.name, ROW, key, one and "there", other and "there")
            continue
        for name in one:
            if one[name] != other[name]:
                yield Difference(tip, contract.name, name, key, one[name], other[name])
