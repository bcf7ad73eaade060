"""Which stored columns a column is made of, derived; and that what a raw table says it feeds, it does feed."""

from __future__ import annotations

from functools import cache

import ibis
import ibis.expr.types as ir
import pytest

from nba_assets.compile.bind import Binder, stored_inputs
from nba_assets.compile.lineage import Source, column_sources
from nba_assets.compile.statements import statements
from nba_assets.contracts.calendar import FIRST_DATE, Window
from nba_assets.contracts.contract import RawTable
from nba_assets.contracts.table import Table
from nba_assets.tables.raw import RAW_TABLES
from nba_assets.tables.registry import every_table

BOXES = ibis.table({"team": "string", "points": "int64", "minutes": "int64"}, name="boxes", database="raw")
TEAMS = ibis.table({"team": "string", "city": "string"}, name="teams", database="static")


def sources(rows: ir.Table, column: str) -> list[str]:
    return [".".join(source) for source in column_sources(rows)[column]]


def test_a_column_that_passes_through_has_one_source() -> None:
    assert sources(BOXES.filter(BOXES.minutes > 0).order_by("team"), "points") == ["raw.boxes.points"]


def test_a_computed_column_has_all_it_is_computed_of() -> None:
    rows = BOXES.mutate(rate=BOXES.points / BOXES.minutes.nullif(0), one=1)
    assert sources(rows, "rate") == ["raw.boxes.minutes", "raw.boxes.points"]
    assert sources(rows, "one") == []


def test_a_join_gives_columns_of_both_sides_and_its_condition_none() -> None:
    rows = BOXES.join(TEAMS, "team").mutate(label=lambda t: t.city + t.team)
    assert sources(rows, "label") == ["raw.boxes.team", "static.teams.city"]
    assert sources(rows, "points") == ["raw.boxes.points"]


def test_a_union_has_the_sources_of_both_parts() -> None:
    names = BOXES.select(name="team").union(TEAMS.select(name="city"))
    assert sources(names, "name") == ["raw.boxes.team", "static.teams.city"]


def test_windows_and_sums() -> None:
    rows = BOXES.mutate(rank=BOXES.points.rank().over(group_by="team"))
    assert "raw.boxes.points" in sources(rows, "rank")
    assert sources(BOXES.group_by("team").agg(total=BOXES.points.sum()), "total") == ["raw.boxes.points"]


@cache
def direct(table: Table) -> dict[str, tuple[Source, ...]]:
    if table.python:  # beside the query's own columns there are those that Python makes of all of them
        return {name: tuple(map(tuple, made)) for name, made in statements(table, "duckdb").sources.items()}
    return column_sources(Binder(Window(FIRST_DATE, FIRST_DATE)).rows(table))


def named(name: str) -> Table:
    return next(table for table in every_table() if table.name == name)


@pytest.mark.parametrize(
    ("column", "made_of"),
    [
        ("player_boxes.points", {"nbac_gamebook_player_stats", "nbac_player_boxscores", "bdl_player_boxscores"}),
        ("prop_lines.line", {"odds_api_player_points_props", "bettingpros_player_points_props"}),
        ("team_boxes.home_game", {"nbac_schedule", "nbac_team_boxscore"}),
        ("game_lines.line", {"odds_api_game_lines"}),
        ("court_time.player_1", {"nba_players_registry"}),
        ("court_time.seconds", {"bigdataball_play_by_play"}),
        ("player_game_summary.points", {"player_boxes"}),
        ("player_game_summary.points_line", {"prop_lines"}),
        ("player_game_summary.fourth_quarter_minutes", {"court_time"}),
        ("player_game_summary.win_flag", {"team_offense_game_summary"}),
        ("team_offense_game_summary.home_game", {"team_boxes"}),
        ("upcoming_team_game_context.game_total", {"game_lines"}),
        ("upcoming_player_game_context.points_avg_last_5", {"player_game_summary"}),
        ("upcoming_player_game_context.opponent_pace_last_10", {"upcoming_team_game_context"}),
        ("upcoming_team_game_context.opponent_pace_last_10", {"team_offense_game_summary"}),
    ],
)
def test_lineage_of_some_columns(column: str, made_of: set[str]) -> None:
    table, name = column.split(".")
    found = {source[1] for source in direct(named(table))[name]}
    assert made_of <= found


@pytest.mark.parametrize(
    ("column", "made_of"),
    [
        ("player_game_summary.points", {"nbac_gamebook_player_stats", "nbac_player_boxscores", "bdl_player_boxscores"}),
        ("player_game_summary.points_line", {"odds_api_player_points_props", "bettingpros_player_points_props"}),
        ("team_offense_game_summary.home_game", {"nbac_schedule", "nbac_team_boxscore"}),
        ("upcoming_team_game_context.game_total", {"odds_api_game_lines"}),
    ],
)
def test_raw_tables_behind_some_columns(column: str, made_of: set[str]) -> None:
    """Through the conformed tables."""
    table, name = column.split(".")
    assert made_of <= {raw.split(".")[1] for raw in origins(named(table))[name]}


@pytest.mark.parametrize("table", every_table(), ids=lambda table: table.name)
def test_sources_are_columns_of_declared_inputs(table: Table) -> None:
    inputs = {contract.full_name: contract for contract in stored_inputs(table)}
    for column, found in direct(table).items():
        for dataset, name, source in found:
            assert inputs[f"{dataset}.{name}"].column(source), column
    hashed = set(direct(table).get("data_hash", ()))
    assert not table.rated or all(set(direct(table)[column.name]) <= hashed for column in table.domain_columns)


@cache
def raw_behind(table: Table) -> frozenset[str]:
    """Raw tables that a table depends on, through our own tables too."""
    found: set[str] = set()
    for contract in stored_inputs(table):
        found |= raw_behind(contract) if isinstance(contract, Table) else {contract.full_name}
    return frozenset(found)


@pytest.mark.parametrize("raw", RAW_TABLES, ids=lambda raw: raw.name)
def test_what_a_raw_table_feeds_depends_on_it(raw: RawTable) -> None:
    fed = {entry.split(".")[0] for entry in raw.feeds}
    assert {name for name in fed if raw.full_name not in raw_behind(named(name))} == set()


@cache
def origins(table: Table) -> dict[str, frozenset[str]]:
    """For each column the raw tables that its value is made of, through our own tables too."""
    ours = {made.full_name: made for made in every_table()}
    found = {}
    for column, made_of in direct(table).items():
        raw: set[str] = set()
        for dataset, name, source in made_of:
            full_name = f"{dataset}.{name}"
            raw |= origins(ours[full_name])[source] if full_name in ours else {full_name}
        found[column] = frozenset(raw)
    return found


CONDITIONS = {
    "bettingpros_player_points_props": {"upcoming_player_game_context.has_prop_line"},
    "odds_api_player_points_props": {"upcoming_player_game_context.has_prop_line"},
    "espn_team_rosters": {"upcoming_player_game_context.player_lookup", "upcoming_player_game_context.team_abbr"},
    "nbac_schedule": {
        "player_game_summary.win_flag",
        "upcoming_player_game_context.games_in_next_7_days",
        "upcoming_player_game_context.home_game",
        "upcoming_team_game_context.games_in_last_14_days",
        "upcoming_team_game_context.home_game",
    },
    "nba_players_registry": {"player_game_summary.player_full_name"},
    "player_aliases": {
        "player_game_summary.player_full_name",
        "player_game_summary.player_lookup",
        "player_game_summary.universal_player_id",
        "upcoming_player_game_context.player_lookup",
        "upcoming_player_game_context.universal_player_id",
    },
}
"""What a raw table decides without giving the value: by a join, a filter, a count of rows."""


@pytest.mark.parametrize("raw", RAW_TABLES, ids=lambda raw: raw.name)
def test_what_a_raw_table_feeds_is_made_of_it(raw: RawTable) -> None:
    split = [entry.split(".") for entry in raw.feeds]
    missing = {f"{table}.{column}" for table, column in split if raw.full_name not in origins(named(table))[column]}
    assert missing - CONDITIONS.get(raw.name, set()) == set()
