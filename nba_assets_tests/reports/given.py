"""A slate of one game as rows in memory, a warehouse that answers from them, and what stands in a page's cells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from html.parser import HTMLParser
from typing import Any

import duckdb
import pyarrow as pa

from nba_assets.compile.bind import Dates
from nba_assets.compile.dialects import Dialect
from nba_assets.reports.page import shown

DAY, EVE = date(2024, 1, 10), date(2024, 1, 9)
GAME = "20240110_PHI_PHX"
EVIL = "<script>alert('$x$')</script> O'Neal --> ]]>"
"""A name as anybody may write it into a source."""

Rows = Mapping[str, Sequence[Mapping[str, Any]]]


_FORECAST = {
    "predicted_points": Decimal("27.125"),
    "price": -120,
    "over_price": -120,
    "under_price": 100,
    "is_simulated": True,
    "probability_under": Decimal("0.3900"),
    "quantile_10": Decimal("15.5"),
    "quantile_50": Decimal("27.0"),
    "quantile_90": Decimal("38.0"),
    "probability_over": Decimal("0.6100"),
}


@dataclass
class InMemory:
    """Rows by table; a warehouse as far as a report asks one."""

    rows: Rows
    dialect: Dialect = "duckdb"
    asked: list[str] = field(default_factory=list)

    def fetch(self, sql: str, inputs: Dates, timeout: float) -> pa.Table:
        self.asked.append(sql)
        with duckdb.connect() as connection:
            for contract, dates in inputs.items():
                schema = contract.schema().to_pyarrow()
                given: list[dict[str, Any]] = [
                    {name: row.get(name) for name in schema.names} for row in self.rows.get(contract.name, ())
                ]
                within = [row for row in given if dates and row[str(contract.partition_by)] in dates]
                held = pa.Table.from_pylist(within, schema)
                connection.execute(f"CREATE SCHEMA IF NOT EXISTS {contract.dataset}")
                connection.register("held", held)
                connection.execute(f"CREATE TABLE {contract.full_name} AS FROM held")
            return connection.execute(sql).to_arrow_table()


def slate_rows(name: str = EVIL) -> dict[str, list[dict[str, Any]]]:
    """Philadelphia at Phoenix: a player with a line and zones, one whom nothing is known of, one who is out."""
    game = {"game_id": GAME, "game_date": DAY}
    away = {**game, "team_abbr": "PHI", "opponent_team_abbr": "PHX"}
    home = {**game, "team_abbr": "PHX", "opponent_team_abbr": "PHI", "home_game": True}
    star = {**away, "player_lookup": "star"}
    form = {
        "player_full_name": name,
        "points_avg_last_5": Decimal("26.2"),
        "points_avg_season": Decimal("25.0"),
        "minutes_forecast": Decimal("36.1"),
        "usage_rate_last_10": Decimal("28.00"),
        "projected_usage_rate": Decimal("31.25"),
        "has_prop_line": True,
        "current_points_line": Decimal("24.5"),
        "current_points_line_source": "draftkings",
        "over_line_share_last_10": Decimal("0.600"),
    }
    zones = {
        "paint_rate_last_10": Decimal("42.06"),
        "paint_pct_last_10": Decimal("0.611"),
        "mid_range_rate_last_10": Decimal("20.00"),
        "three_pt_rate_last_10": Decimal("37.94"),
    }
    defence = {"paint_defense_vs_league_avg": Decimal("1.47"), "three_pt_defense_vs_league_avg": Decimal("-2.10")}
    played = {"season_type": "regular", "seconds_played": 1800, "minutes_played": Decimal("30.0")}
    return {
        "games": [{**game, "tip_eastern": "2024-01-10 22:00", "arena_name": name}],
        "upcoming_team_game_context": [
            {**away, "game_spread": Decimal("3.50"), "implied_team_total": Decimal("110.25"), "team_days_rest": 0},
            {**home, "game_spread": Decimal("-3.50"), "implied_team_total": Decimal("113.75")},
        ],
        "upcoming_player_game_context": [{**star, **form}, {**home, "player_lookup": "rookie"}],
        "player_composite_factors": [{**star, "fatigue_score": 92, "total_composite_adjustment": Decimal("1.44")}],
        "player_shot_zone_analysis": [{"player_lookup": "star", "analysis_date": DAY, **zones}],
        "team_defense_zone_analysis": [{"team_abbr": "PHX", "analysis_date": DAY, **defence}],
        "player_prop_predictions": [
            {
                **star,
                "system_id": system,
                "is_graded": graded,
                "book": "draftkings",
                "line_value": Decimal("24.5"),
                **told,
            }
            for system, graded, told in (
                ("ensemble", True, {**_FORECAST, "recommendation": "OVER", "edge": Decimal("0.0712")}),
                ("ensemble", False, {**_FORECAST, "predicted_points": Decimal("1.000")}),
                ("rules", True, {"predicted_points": Decimal("23.100"), "recommendation": "PASS"}),
            )
        ],
        "availability": [{**away, "player_lookup": "big", "player_status": "out", "injury_report": name}],
        "rosters": [{"game_date": DAY, "team_abbr": "PHI", "player_lookup": "big", "player_full_name": name}],
        "player_game_summary": [
            *(
                {"player_lookup": "star", "game_date": EVE - timedelta(n), "points": 20 + n, **played}
                for n in range(25)
            ),
            {"player_lookup": "big", "game_date": EVE, "points": 33, **played},
            {"player_lookup": "star", "game_date": DAY, "points": 60, **played},
        ],
    }


@dataclass
class Cells(HTMLParser):
    """The values of a page's cells by game, whose they are and column, and the SELECTs that stand on it."""

    values: list[tuple[str, str, str, str]] = field(default_factory=list)
    sql: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    _row: tuple[str, str] = ("", "")
    _column: str = ""
    _text: str = ""

    @classmethod
    def of(cls, page: str) -> Cells:
        found = cls()
        found.feed(page)
        return found

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.tags.append(tag)
        if tag == "tr":
            self._row = str(given.get("data-game", "")), str(given.get("data-player") or given.get("data-team") or "")
        if tag == "ul":
            self._row = "", ""
        if tag == "pre" or "data-column" in given:
            self._column, self._text = str(given.get("data-column", "")), ""

    def handle_data(self, data: str) -> None:
        self._text += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "pre":
            self.sql.append(self._text)
        if tag == "span" and self._column:
            if self._row[0]:
                self.values.append((*self._row, self._column, self._text))
            self._column = ""


def cells_of(row: Mapping[str, Any]) -> dict[tuple[str, str, str], str]:
    """A row that a SELECT answered, as its values stand in cells; of a forecast the system is in the column's name."""
    who = row.get("player_lookup") or row["team_abbr"]
    of = f"{row['system_id']} " if "system_id" in row else ""
    return {(row["game_id"], who, of + column): shown(value) for column, value in row.items()}
