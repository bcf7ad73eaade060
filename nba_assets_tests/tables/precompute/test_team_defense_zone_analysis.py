"""How a team defends, beside the league. The day is 20 December 2024; games are written by how many days ago."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nba_assets.tables.precompute.team_defense_zone_analysis import team_defense_zone_analysis
from nba_assets_tests.given import COVERED, TODAY, ago, known_on, result
from nba_assets_tests.rows import Row, failed_of, one, rows_of, told

ZONES = ("paint", "mid_range", "three_pt")
SHOTS = dict.fromkeys(ZONES, (10, 20))
"""Makes and attempts allowed from each zone in a game."""

LEAGUE = ["ATL", "BKN", "CHA", "CHI", "CLE", "DAL", "DEN", "DET", "GSW"]
"""Nine teams beside New York: just enough."""


def allowed(days: int, team: str = "NYK", shots: dict[str, tuple[int, int] | None] = SHOTS, **more: Any) -> Row:
    """A row of `team_defense_game_summary`; None for a zone that nobody recorded."""
    zones = {f"opp_{zone}_{what}": pair and pair[n] for zone, pair in shots.items() for n, what in enumerate(WHAT)}
    paint = shots["paint"] and 2 * shots["paint"][0]
    blocks = {f"blocks_{zone}": None if pair is None else 1 for zone, pair in shots.items()}
    rates = {"points_in_paint_allowed": paint, "points_allowed": 110, "defensive_rating": 112.0, "opponent_pace": 99.0}
    return ago(days, defending_team_abbr=team) | zones | blocks | rates | more


WHAT = ("makes", "attempts")


def sample(team: str = "NYK", games: int = 15, first: int = 1, **more: Any) -> list[Row]:
    return [allowed(days, team, **more) for days in range(first, first + games)]


def league(teams: list[str] = LEAGUE, games: int = 15) -> list[Row]:
    """Nine teams that allow 60 % from everywhere."""
    return [row for team in teams for row in sample(team, games, shots=dict.fromkeys(ZONES, (12, 20)))]


def results_of(defense: list[Row]) -> list[Row]:
    """The schedule's side of the same games."""
    named = [{"team_abbr": row["defending_team_abbr"], "is_final": True} for row in defense]
    kept = ("game_id", "game_date", "season_year", "season_type")
    return [name | {key: row[key] for key in kept} for name, row in zip(named, defense, strict=True)]


def inputs_of(*defense: Row, **inputs: list[Row]) -> dict[str, list[Row]]:
    return {**COVERED, "defense": list(defense), "results": results_of(list(defense))} | inputs


def rows_with(*defense: Row, **inputs: list[Row]) -> list[dict[str, Any]]:
    return rows_of(team_defense_zone_analysis, **inputs_of(*defense, **inputs))


def new_york(*defense: Row, **inputs: list[Row]) -> dict[str, Any]:
    return one(rows_with(*defense, **inputs), team_abbr="NYK")


def test_fifteen_games_pooled() -> None:
    """Of 16 games the oldest does not count: paint 5 x 10 / 16 and 10 x 10 / 20 make 150 / 280."""
    few = {**SHOTS, "paint": (10, 16)}
    games = [allowed(days, shots=few if days <= 5 else SHOTS) for days in range(1, 16)]
    games[0] |= {"defensive_rating": 127.0, "points_allowed": 125, "opponent_pace": 114.0, "blocks_paint": 4}
    row = new_york(*games, allowed(16, shots=dict.fromkeys(ZONES, (20, 20)), defensive_rating=150.0))
    assert (row["games_in_sample"], row["zone_games_in_sample"], row["analysis_date"]) == (15, 15, TODAY)
    assert row["paint_pct_allowed_last_15"] == pytest.approx(150 / 280, abs=0.0005)
    assert row["paint_attempts_allowed_per_game"] == pytest.approx(280 / 15, abs=0.05)
    assert row["paint_points_allowed_per_game"] == 2 * 10
    assert row["paint_blocks_per_game"] == pytest.approx((4 + 14) / 15)
    assert (row["mid_range_pct_allowed_last_15"], row["mid_range_attempts_allowed_per_game"]) == (0.5, 20)
    assert (row["three_pt_pct_allowed_last_15"], row["three_pt_blocks_per_game"]) == (0.5, 1)
    assert row["defensive_rating_last_15"] == 112 + 15 / 15
    assert (row["opponent_points_per_game"], row["opponent_pace"]) == (111, 100)


def test_a_weaker_defence_than_the_leagues_is_positive() -> None:
    """The league: nine teams of 60 % and New York's own .65, .60 and .50 are means of .605, .600 and .590."""
    shots = {"paint": (13, 20), "mid_range": (12, 20), "three_pt": (10, 20)}
    row = new_york(*sample(shots=shots), *league())
    assert [row[f"{zone}_defense_vs_league_avg"] for zone in ZONES] == pytest.approx([4.5, 0, -9])
    assert (row["strongest_zone"], row["weakest_zone"]) == ("perimeter", "paint")
    assert (row["league_teams_in_sample"], row["quality_tier"], row["quality_issues"]) == (10, "gold", [])


def test_the_leagues_mean_is_of_teams_not_of_shots() -> None:
    """One team allows ten times the shots, all of them made: eight of .60, one of 1 and one of .50 are .63."""
    busy = dict.fromkeys(ZONES, (200, 200))
    others = league(LEAGUE[:8]) + sample("GSW", shots=busy)
    assert new_york(*sample(), *others)["paint_defense_vs_league_avg"] == -13


def test_the_leagues_mean_is_rounded_with_the_figure_and_not_before() -> None:
    """Nine teams of a third and 74 of 187: 90 x 74 / 187 - 30 is 5.61497; of thirds in whole millionths 5.61500."""
    shots, thirds = (dict.fromkeys(ZONES, pair) for pair in ((74, 187), (10, 30)))
    others = [row for team in LEAGUE for row in sample(team, shots=thirds)]
    row = new_york(*sample(shots=shots), *others)
    assert [row[f"{zone}_defense_vs_league_avg"] for zone in ZONES] == pytest.approx([5.61] * 3)


def test_a_team_without_a_row_of_its_own_is_of_the_league() -> None:
    """Ten games in the thirty days are enough for that."""
    row = new_york(*sample(), *league(games=10))
    assert (row["league_teams_in_sample"], row["paint_defense_vs_league_avg"]) == (10, -9)
    assert new_york(*sample(), *league(games=9))["league_teams_in_sample"] == 0


def test_the_league_is_of_the_thirty_days_before() -> None:
    """The 30th day before counts and the 31st does not, nor does what is not before: then the season's stands in."""
    others = [*sample(), *league(LEAGUE[:8])]
    of_the_day = [*sample("GSW", 10, first=0), *sample("GSW", 6, first=31)]
    found = [new_york(*others, *games) for games in (sample("GSW", first=21), sample("GSW", first=22), of_the_day)]
    assert [row["league_teams_in_sample"] for row in found] == [10] * 3
    assert [row["league_average_of"] for row in found] == ["last_30_days", "season", "season"]


def test_late_in_the_play_offs_the_league_is_of_the_season_so_far() -> None:
    """Eight teams ended long ago, one plays on: all their games before the date make the mean, .60 and New York's .50;
    nine games are too few for a team even then."""
    ended = [row for team in LEAGUE[:8] for row in sample(team, 12, first=40, shots=dict.fromkeys(ZONES, (12, 20)))]
    early = sample("GSW", 15, first=31, shots=dict.fromkeys(ZONES, (12, 20)))
    row = new_york(*sample(), *ended, *early)
    assert (row["league_average_of"], row["league_teams_in_sample"]) == ("season", 10)
    assert [row[f"{zone}_defense_vs_league_avg"] for zone in ZONES] == [-9] * 3
    assert row["quality_issues"] == []
    assert new_york(*sample(), *ended, *early[:9])["league_average_of"] is None


def test_too_small_a_league_is_none() -> None:
    without_mid_range = sample("GSW", shots={**SHOTS, "mid_range": None})
    for more in ([], without_mid_range):
        row = new_york(*sample(), *league(LEAGUE[:8]), *more)
        names = [f"{zone}_defense_vs_league_avg" for zone in ZONES]
        assert [row[name] for name in (*names, "strongest_zone", "weakest_zone")] == [None] * 5
        assert (row["league_teams_in_sample"], row["paint_pct_allowed_last_15"]) == (0, 0.5)
        assert row["quality_issues"] == ["league_average_unavailable"]


@pytest.mark.parametrize(
    ("paint", "mid_range", "three", "extremes"),
    [
        ((10, 20), (10, 20), (10, 20), ("paint", "paint")),
        ((11, 20), (10, 20), (10, 20), ("mid_range", "paint")),
        ((10, 20), (11, 20), (11, 20), ("paint", "mid_range")),
        ((10, 20), (11, 20), (12, 20), ("paint", "perimeter")),
        ((0, 0), (11, 20), (11, 20), ("mid_range", "mid_range")),
        ((0, 0), (11, 20), (10, 20), ("perimeter", "mid_range")),
        ((0, 0), (0, 0), (0, 0), (None, None)),
    ],
)
def test_the_earlier_of_equal_zones_leads(
    paint: tuple[int, int], mid_range: tuple[int, int], three: tuple[int, int], extremes: tuple[str | None, str | None]
) -> None:
    shots = dict(zip(ZONES, (paint, mid_range, three), strict=True))
    row = new_york(*sample(shots=shots), *league([*LEAGUE, "HOU"]))
    assert (row["strongest_zone"], row["weakest_zone"]) == extremes
    assert ("no_paint_attempts" in row["quality_issues"]) == (paint == (0, 0))


def test_a_game_without_play_by_play_takes_nothing_from_the_others() -> None:
    """Three such games: paint and blocks are means of twelve, three-pointers and ratings of all fifteen."""
    unseen = {"paint": None, "mid_range": None, "three_pt": (4, 5)}
    blind = [allowed(days, shots=unseen, blocks_three_pt=None) for days in (1, 2, 3)]
    row = new_york(*blind, *sample(first=4, games=12))
    assert (row["games_in_sample"], row["zone_games_in_sample"]) == (15, 12)
    assert (row["paint_attempts_allowed_per_game"], row["paint_points_allowed_per_game"]) == (20, 20)
    assert (row["paint_blocks_per_game"], row["three_pt_blocks_per_game"]) == (1, 1)
    assert row["three_pt_attempts_allowed_per_game"] == (3 * 5 + 12 * 20) / 15
    assert row["three_pt_pct_allowed_last_15"] == pytest.approx((3 * 4 + 12 * 10) / (3 * 5 + 12 * 20), abs=0.0005)
    assert (row["quality_tier"], row["quality_issues"][0]) == ("silver", "games_without_play_by_play")


def test_the_leagues_areas_are_of_the_games_that_have_them() -> None:
    """Ten games of fifteen: 5 of 10 from the corners, 44 points in the paint."""
    placed = {
        "opp_area_corner_three_makes": 5,
        "opp_area_corner_three_attempts": 10,
        "area_points_in_paint_allowed": 44,
    }
    row = new_york(*sample(games=10, **placed), *sample(first=11, games=5))
    names = ("area_corner_three_pct_allowed_last_15", "area_corner_three_attempts_allowed_per_game")
    assert [row[name] for name in (*names, "area_points_in_paint_allowed_per_game")] == [0.5, 10, 44]
    assert (row["area_games_in_sample"], row["area_paint_pct_allowed_last_15"]) == (10, None)


@pytest.mark.parametrize(("seen", "tier"), [(9, "bronze"), (10, "silver"), (14, "silver"), (15, "gold")])
def test_the_tier_is_of_how_many_games_have_play_by_play(seen: int, tier: str) -> None:
    unseen = dict.fromkeys(ZONES)
    row = new_york(*sample(games=seen), *sample(first=1 + seen, games=15 - seen, shots=unseen))
    assert (row["zone_games_in_sample"], row["quality_tier"]) == (seen, tier)


def test_a_missing_game_lowers_the_tier() -> None:
    """One of another team does not, but is said: the league lacks it."""
    inputs = inputs_of(*sample("NYK"), *sample("LAL"))
    whole = rows_of(team_defense_zone_analysis, **inputs)
    assert not [row for row in whole if {"games_missing", "league_games_missing"} & {*row["quality_issues"]}]
    inputs["results"] += [result(20, "LAL")]
    rows = rows_of(team_defense_zone_analysis, **inputs)
    said = [("games_missing" in row["quality_issues"], row["quality_tier"]) for row in rows]
    assert told(rows, "team_abbr", "games_missing", "league_games_missing") == [("LAL", 1, 1), ("NYK", 0, 1)]
    assert all("league_games_missing" in row["quality_issues"] for row in rows)
    assert said == [(True, "silver"), (False, "gold")]


@pytest.mark.parametrize("games", [10, 14])
def test_a_short_sample_is_a_row_that_says_so(games: int) -> None:
    row = new_york(*sample(games=games))
    assert (row["games_in_sample"], row["zone_games_in_sample"], row["paint_attempts_allowed_per_game"]) == (
        games,
        games,
        20,
    )
    assert (row["quality_tier"], row["quality_issues"]) == ("silver", ["short_sample", "league_average_unavailable"])


def test_a_row_for_each_team_whether_it_plays_or_not() -> None:
    rows = rows_with(*sample("NYK"), *sample("LAL"), *sample("DEN", first=2), *sample("PHI", games=9))
    assert told(rows, "team_abbr") == [("DEN",), ("LAL",), ("NYK",)]


def test_too_few_games_are_a_failure_record() -> None:
    """New York has played nine, Boston eleven of which two have no row, Philadelphia nothing yet."""
    defense = [*sample("NYK", 9), *sample("BOS", 9)]
    more = [result(days, "BOS") for days in (10, 11)] + [result(0, "PHI", is_final=False), result(0, "NYK")]
    inputs = inputs_of(*defense) | {"results": results_of(defense) + more}
    assert rows_of(team_defense_zone_analysis, **inputs) == []
    names = ("entity_id", "failure_category", "can_retry", "expected_game_count", "actual_game_count")
    found = failed_of(team_defense_zone_analysis, **inputs)
    assert told(found, *names) == [
        ("BOS", "INCOMPLETE_DATA", True, 11, 9),
        ("NYK", "INSUFFICIENT_DATA", False, 9, 9),
        ("PHI", "INSUFFICIENT_DATA", False, 0, 0),
    ]
    record = one(found, entity_id="BOS")
    assert record["failure_reason"] == "9 of 11 games before the date; 10 are needed"
    assert (record["processor_name"], record["analysis_date"]) == ("team_defense_zone_analysis", TODAY)


def test_a_team_is_owed_nothing_before_its_first_game() -> None:
    """However many dates are built at once."""
    later = [COVERED["slate"][0], COVERED["slate"][0] | {"game_date": TODAY + timedelta(days=1)}]
    results = [result(-1, "LAL", is_final=False)]
    found = failed_of(team_defense_zone_analysis, **COVERED | {"slate": later, "results": results})
    assert told(found, "entity_id", "analysis_date") == [("LAL", TODAY + timedelta(days=1))]


def test_the_cup_final_is_no_history() -> None:
    final = allowed(1, season_type="cup_final")
    assert rows_with(final, *sample(first=2, games=9)) == []
    (record,) = failed_of(team_defense_zone_analysis, **inputs_of(final, *sample(first=2, games=9)))
    assert (record["expected_game_count"], record["failure_category"]) == (9, "INSUFFICIENT_DATA")
    assert new_york(final, *sample(first=2))["games_in_sample"] == 15


def test_two_dates_at_once_do_not_mix() -> None:
    """The second date knows the games in between, the first does not."""
    later = TODAY + timedelta(days=1)
    slate = COVERED["slate"] + [COVERED["slate"][0] | {"game_date": later}]
    rows = rows_with(allowed(0, defensive_rating=142.0), *sample(), slate=slate)
    assert told(rows, "analysis_date", "defensive_rating_last_15") == [(TODAY, 112), (later, 114)]


DAYS = st.integers(-4, 22)
ANY_GAMES = st.lists(st.tuples(st.sampled_from(["NYK", "LAL"]), DAYS, st.integers(0, 20)), max_size=40)
DROPPED = st.sets(st.tuples(st.sampled_from([*LEAGUE[:3], "NYK"]), st.integers(1, 15)), max_size=8)


@settings(max_examples=8, deadline=None)
@given(games=ANY_GAMES, dropped=DROPPED)
def test_nothing_on_or_after_the_day_is_seen(games: list, dropped: set) -> None:
    """Nor another season; and everybody of the schedule has a row or a record."""
    known = [*sample(), *league(), allowed(25, "LAL")]
    defense = {(row["defending_team_abbr"], row["game_date"]): row for row in known}
    for team, days, makes in games:
        row = allowed(days, team, dict.fromkeys(ZONES, (makes, 20)), defensive_rating=100.0 + makes)
        defense[team, row["game_date"]] = row
    rows = list(defense.values())
    kept = [row for row in rows if (row["defending_team_abbr"], (TODAY - row["game_date"]).days) not in dropped]
    year = timedelta(days=366)
    last_season = [row | {"season_year": 2023, "game_date": row["game_date"] - year, "game_id": "old"} for row in rows]
    slate = [COVERED["slate"][0] | {"game_date": TODAY + timedelta(days=n)} for n in (-3, 0, 3)]
    given = inputs_of(*kept, *last_season, slate=slate, results=results_of(rows + last_season))
    cut = known_on(TODAY, given, "defense")

    made = [row for row in rows_of(team_defense_zone_analysis, **given) if row["analysis_date"] == TODAY]
    failed = [row for row in failed_of(team_defense_zone_analysis, **given) if row["analysis_date"] == TODAY]

    assert made == [row for row in rows_of(team_defense_zone_analysis, **cut) if row["analysis_date"] == TODAY]
    assert failed == [row for row in failed_of(team_defense_zone_analysis, **cut) if row["analysis_date"] == TODAY]
    teams = {row["defending_team_abbr"] for row in rows}
    assert sorted([*(row["team_abbr"] for row in made), *(row["entity_id"] for row in failed)]) == sorted(teams)
