"""Which tables follow from which raw table: from what the tables declare, by name here so that a change is seen.

Of the ten tables and the conformed ones; one more is seen in the list of definitions.
"""

from __future__ import annotations

from nba_assets.contracts.contract import RawTable
from nba_assets.contracts.table import Table
from nba_assets.orchestration.events.triggers import (
    edition,
    lacking,
    not_stored,
    raw_behind,
    required_of,
    run_key,
    tables_to_run,
)
from nba_assets.orchestration.slates import conformed_before, slate_tables, summaries, with_conformed
from nba_assets.tables.raw import RAW_TABLES
from nba_assets.tables.registry import tables

RAW = {table.name: table for table in RAW_TABLES}
OURS = {table.name: table for table in tables()}

SUMMARIES = {"team_offense_game_summary", "team_defense_game_summary", "player_game_summary"}
NEEDED = {"nbac_schedule", "nbac_team_boxscore", "nbac_gamebook_player_stats", "bigdataball_play_by_play"}
OF_THE_PLAYERS = {
    "upcoming_player_game_context",
    "player_composite_factors",
    "player_daily_cache",
    "ml_feature_store_v2",
}
OF_THE_SLATE = OF_THE_PLAYERS | {
    "upcoming_team_game_context",
    "team_defense_zone_analysis",
    "player_shot_zone_analysis",
}
BEFORE_THE_GAMES = {
    "games",
    "availability",
    "expected_starters",
    "game_lines",
    "next_games",
    "prop_lines",
    "rosters",
}
OF_THE_BOXES = {"player_boxes", "team_boxes", "listed_players"}
OF_THE_PLAYS = {"plays", "court_time", "possessions"}
CONFORMED = BEFORE_THE_GAMES | OF_THE_BOXES | OF_THE_PLAYS
ONE_MORE = OURS.keys() - (SUMMARIES | OF_THE_SLATE | CONFORMED)

REFRESHED = {
    "nbac_team_boxscore": {"team_boxes"},
    "nbac_gamebook_player_stats": OF_THE_BOXES,
    "nbac_player_boxscores": {"player_boxes", "team_boxes"},
    "bdl_player_boxscores": {"player_boxes", "team_boxes"},
    "bigdataball_play_by_play": OF_THE_PLAYS,
    "nbac_play_by_play": {"plays", "possessions"},
}
"""What of the conformed tables comes from a raw one."""


def raw(*names: str) -> set[RawTable]:
    return {RAW[name] for name in names}


def names(found: list[Table] | tuple[Table, ...] | set[RawTable] | frozenset[RawTable]) -> set[str]:
    return {table.name for table in found} - ONE_MORE


def test_the_ten_tables_are_summaries_or_of_the_slate_and_the_others_are_conformed() -> None:
    assert names(summaries()) == SUMMARIES
    assert names(slate_tables()) == OF_THE_SLATE
    assert names(tables()) == SUMMARIES | OF_THE_SLATE | CONFORMED


def test_what_is_conformed_for_them_goes_before_them() -> None:
    """Of the day alone: what the slate knows of the past it reads in the summaries."""
    conformed = {"games", "expected_starters", "prop_lines"} | OF_THE_BOXES | OF_THE_PLAYS
    assert names(with_conformed(summaries())) == SUMMARIES | conformed
    assert names(with_conformed(slate_tables())) == OF_THE_SLATE | BEFORE_THE_GAMES
    assert with_conformed([]) == ()


def test_summaries_wait_for_the_box_scores_and_the_play_by_play() -> None:
    for name in SUMMARIES:
        assert names(required_of(OURS[name])) == NEEDED


def test_the_slate_waits_for_the_schedule_only() -> None:
    for name in OF_THE_SLATE:
        assert names(required_of(OURS[name])) == {"nbac_schedule"}


def test_the_last_required_table_starts_what_waited_for_it() -> None:
    for last in NEEDED - {"nbac_schedule"}:
        assert not names(tables_to_run(raw(last), raw(*NEEDED - {last}))) & SUMMARIES
        assert names(tables_to_run(raw(last), raw(*NEEDED))) == SUMMARIES | REFRESHED[last]


def test_box_scores_are_conformed_before_the_play_by_play_is_there() -> None:
    last = "nbac_gamebook_player_stats"
    assert names(tables_to_run(raw(last), raw("nbac_schedule", last))) == {"player_boxes", "listed_players"}


def test_the_schedule_starts_everything_that_has_the_rest() -> None:
    assert names(tables_to_run(raw("nbac_schedule"), raw("nbac_schedule"))) == OF_THE_SLATE | BEFORE_THE_GAMES
    assert names(tables_to_run(raw("nbac_schedule"), raw(*NEEDED))) == SUMMARIES | OF_THE_SLATE | CONFORMED


def test_an_optional_table_refreshes_those_that_read_it_of_the_day() -> None:
    complete = raw("nbac_schedule", "nbac_injury_report", "espn_team_rosters", "odds_api_game_lines")
    refreshed = {arrived: names(tables_to_run(raw(arrived), complete)) for arrived in names(complete)}
    assert refreshed["espn_team_rosters"] == OF_THE_PLAYERS | {"rosters"}
    assert refreshed["nbac_injury_report"] == OF_THE_PLAYERS | {"upcoming_team_game_context", "availability"}
    assert refreshed["odds_api_game_lines"] == OF_THE_PLAYERS | {"upcoming_team_game_context", "game_lines"}


def test_a_late_line_leads_to_lines_and_what_reads_them_and_to_no_box_score() -> None:
    everything = {table for table in RAW_TABLES if table.partition_by}
    for props in ("odds_api_player_points_props", "bettingpros_player_points_props"):
        found = names(tables_to_run(raw(props), everything))
        assert found == {"prop_lines", "player_game_summary"} | OF_THE_PLAYERS
    found = names(tables_to_run(raw("odds_api_game_lines"), everything))
    assert found == {"game_lines", "upcoming_team_game_context"} | OF_THE_PLAYERS


def test_what_a_date_never_had_is_added() -> None:
    """As in a lake from before there were conformed tables, or after a schedule that was put on record without a run:
    the features of a late line need the zones of the date."""
    wanted = [OURS["player_game_summary"]]
    behind = conformed_before(OURS["player_game_summary"]) | {OURS["team_offense_game_summary"]}
    assert set(not_stored(wanted, lambda table: False)) == behind
    of_lines = tables_to_run(raw("odds_api_game_lines"), raw("nbac_schedule", "odds_api_game_lines"))
    zones = {"team_defense_zone_analysis", "player_shot_zone_analysis"}
    assert zones <= names(not_stored(of_lines, lambda table: False)) - names(of_lines)
    assert names(not_stored(wanted, lambda table: table.name != "plays")) == {"plays"}
    assert not_stored(wanted, lambda table: True) == []


def test_a_fallback_refreshes_the_summaries_once_they_can_be() -> None:
    for fallback in ("bdl_player_boxscores", "nbac_player_boxscores", "nbac_play_by_play"):
        assert tables_to_run(raw(fallback), raw(fallback)) == []
        assert names(tables_to_run(raw(fallback), raw(fallback, *NEEDED))) == SUMMARIES | REFRESHED[fallback]


def test_nothing_follows_from_nothing() -> None:
    assert tables_to_run([], raw(*NEEDED)) == []


def test_what_is_run_comes_after_what_it_reads() -> None:
    order = tables_to_run(raw("nbac_schedule"), raw(*NEEDED))
    place = {table.name: n for n, table in enumerate(order)}
    for table in order:
        for read in table.reads.values():
            assert place.get(read.source.name, -1) < place[table.name]


def test_every_daily_raw_table_refreshes_something() -> None:
    for source in RAW_TABLES:
        if source.partition_by:
            assert any(source in raw_behind(table) for table in tables()), source.full_name


def test_what_a_table_waits_for_is_among_what_it_reads() -> None:
    for table in tables():
        assert required_of(table) <= raw_behind(table)
        assert names(lacking(table, [])) == names(required_of(table))
        assert lacking(table, required_of(table)) == set()


def test_an_edition_changes_with_what_the_table_reads_and_with_nothing_else() -> None:
    table = OURS["upcoming_team_game_context"]
    first = {RAW["nbac_schedule"]: "a", RAW["nbac_injury_report"]: "b"}
    assert edition(table, first) == edition(table, dict(reversed(first.items())))
    assert edition(table, first) == edition(table, first | {RAW["espn_team_rosters"]: "c"})
    assert edition(table, first) != edition(table, first | {RAW["nbac_injury_report"]: "c"})
    assert edition(table, first) != edition(table, first | {RAW["odds_api_game_lines"]: "c"})


def test_the_run_key_is_the_same_for_the_same_deliveries_in_any_order() -> None:
    one, other = {"2021-11-15": {"a": "1", "b": "2"}}, {"2021-11-15": {"b": "2", "a": "1"}}
    assert run_key("2021-11-15", one) == run_key("2021-11-15", other)
    assert run_key("2021-11-15", one) != run_key("2021-11-15", {"2021-11-15": {"a": "1", "b": "3"}})
