"""The features of a player's next game. The day is 20 December 2024; games are written by how many days ago."""

from __future__ import annotations

from statistics import mean, stdev
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nba_assets.basketball.features.versions import VERSIONS
from nba_assets.tables.precompute.ml_feature_store_v2 import ml_feature_store_v2
from nba_assets_tests.given import COVERED, TODAY, ago, known_on, played
from nba_assets_tests.rows import Row, rows_of, told
from nba_assets_tests.tables.precompute.features import (
    CALCULATED,
    DEFAULTS,
    FROM_CONTEXT,
    GAMES,
    NAMES,
    NO_HISTORY,
    NOTHING,
    POINTS,
    TEAM_GAMES,
    brunson,
    cached,
    columns,
    context,
    defender,
    factored,
    feature,
    inputs_of,
    rows_with,
    score,
    shooter,
    team_game,
    whole,
)


def test_everything_present() -> None:
    """Trend: 27 of three games over 21 of the two before; minutes as ever; 36 of 133 points from the line."""
    row = whole()
    assert row["feature_names"] == NAMES
    assert row["features"] == pytest.approx(
        [
            *(27.4, 26.1, 25.5, 6.25, 4, 80, 2.4, -1.5, 0.6, 1, 0, 2, 0, 108.5, 101.3),
            *(1, 0, 0, 0.455, 0.145, 0.4, 36 / 133, 97.5, 118.2, 0.8),
        ]
    )
    labels = {**dict.fromkeys(CALCULATED, "calculated"), **dict.fromkeys(FROM_CONTEXT, "phase3")}
    assert row["feature_sources"] == [labels.get(n, "phase4") for n in range(25)]
    assert columns(row, "feature_quality_score", "quality_tier", "quality_issues") == (97, "gold", [])
    assert columns(row, "feature_count", "feature_version", "default_count") == (25, "v2_corrected_25", 0)
    assert columns(row, "player_lookup", "universal_player_id", "game_date") == ("brunson", "brunson_001", TODAY)
    assert columns(row, "game_id", "opponent_team_abbr", "is_home", "days_rest", "data_source") == (
        *("20241220_PHI_NYK", "BOS", True, 2),
        "phase4_partial",
    )


def test_nothing_present() -> None:
    """A first game, and no report: only who plays where and when is known, and that he did not play before."""
    bare = context(days_rest=None, team_days_rest=None, star_teammates_out=None, games_in_last_7_days=0)
    row = brunson(**NOTHING, **NO_HISTORY, context=[bare])
    features = [0 if name == "games_in_last_7_days" else value for name, value in zip(NAMES, DEFAULTS, strict=True)]
    features[NAMES.index("home_away")] = 1
    assert row["features"] == pytest.approx(features)
    known = ["games_in_last_7_days", "home_away", "back_to_back", "playoff_game"]
    assert row["feature_sources"] == ["phase3" if name in known else "default" for name in NAMES]
    assert columns(row, "default_count", "data_source", "quality_tier") == (21, "mixed", "bronze")
    assert row["feature_quality_score"] == (21 * 40 + 4 * 75) / 25 == score(row)
    assert row["quality_issues"] == [
        "daily_cache_missing",
        *(f"default_{name}" for name in NAMES if name not in known),
    ]


def test_from_history_where_the_tables_of_form_have_no_row() -> None:
    """Of the last five games and of all six, and of the team's five."""
    row = brunson(**NOTHING)
    found = [feature(row, name) for name in NAMES[:5]]
    assert [label for _, label in found] == ["phase3"] * 5
    assert [value for value, _ in found] == pytest.approx([24.6, 133 / 6, 133 / 6, stdev(POINTS), 2])
    assert [feature(row, name) for name in ("team_pace", "team_off_rating")] == [(96, "phase3"), (111, "phase3")]
    defaults = ["fatigue_score", "shot_zone_mismatch_score", "pace_score", "usage_spike_score"]
    defaults += ["opponent_def_rating", "opponent_pace", "pct_paint", "pct_mid_range", "pct_three"]
    assert [name for name, label in zip(NAMES, row["feature_sources"], strict=True) if label == "default"] == defaults
    assert columns(row, "default_count", "quality_tier", "data_source") == (9, "bronze", "mixed")
    assert row["feature_quality_score"] == (10 * 75 + 6 * 100 + 9 * 40) / 25 == score(row)


def test_five_games_for_the_last_five() -> None:
    four = brunson(**NOTHING, players=GAMES[:4])
    assert [feature(four, name) for name in NAMES[:2]] == [(10, "default"), (25.25, "phase3")]
    assert feature(brunson(**NOTHING, players=GAMES[:5]), "points_avg_last_5") == (24.6, "phase3")
    assert feature(brunson(**NOTHING, players=GAMES[:1]), "points_std_last_10") == (5, "default")


PRECOMPUTED = {
    **{name: ("cache", name) for name in NAMES[:5]},
    **{name: ("factors", name) for name in NAMES[5:9]},
    "team_pace": ("cache", "team_pace_last_10"),
    "team_off_rating": ("cache", "team_off_rating_last_10"),
    "opponent_def_rating": ("team_zones", "defensive_rating_last_15"),
    "opponent_pace": ("team_zones", "opponent_pace"),
    "pct_paint": ("player_zones", "paint_rate_last_10"),
    "pct_mid_range": ("player_zones", "mid_range_rate_last_10"),
    "pct_three": ("player_zones", "three_pt_rate_last_10"),
}
"""Of each such feature, the table and the column."""


def one_player_a_feature(value: int | None) -> dict[str, dict[str, Any]]:
    """For each such feature, the row of a player whose column for it has this value; his opponent is named so too."""
    made = {"cache": cached, "factors": factored, "player_zones": shooter, "team_zones": defender}

    def side(table: str, name: str) -> Row:
        changed = {PRECOMPUTED[name][1]: value} if PRECOMPUTED[name][0] == table else {}
        return made[table](name) | changed

    contexts = [context(name, opponent=name, games_in_last_7_days=None) for name in PRECOMPUTED]
    sides = {table: [side(table, name) for name in PRECOMPUTED] for table in made}
    return {row["player_lookup"]: row for row in rows_with(context=contexts, **NO_HISTORY, **sides)}


def test_each_precomputed_feature_has_one_column() -> None:
    """Seven changes its feature, in percent or not, and no other."""
    usual = brunson(**NO_HISTORY)["features"]
    for name, row in one_player_a_feature(7).items():
        value = 0.07 if PRECOMPUTED[name][0] == "player_zones" else 7
        assert feature(row, name) == (pytest.approx(value), "phase4")
        assert [other for other in NAMES if row["features"][NAMES.index(other)] != usual[NAMES.index(other)]] == [name]


def test_an_unknown_precomputed_feature_is_a_default_and_says_so() -> None:
    for name, row in one_player_a_feature(None).items():
        assert feature(row, name) == (DEFAULTS[NAMES.index(name)], "default")
        assert f"default_{name}" in row["quality_issues"]


def test_the_context_knows_the_opponent_where_its_zones_have_no_row() -> None:
    """The defaults are for whom nobody knows."""
    known = context(opponent_def_rating_last_10=113.4, opponent_pace_last_10=98.2)
    row = brunson(context=[known], team_zones=[])
    assert [feature(row, name) for name in ("opponent_def_rating", "opponent_pace")] == [
        (113.4, "phase3"),
        (98.2, "phase3"),
    ]
    assert feature(brunson(context=[known]), "opponent_pace") == (101.3, "phase4")


SHARES = ("pct_paint", "pct_mid_range", "pct_three")


def test_shares_of_few_known_games_are_drawn_towards_the_leagues() -> None:
    """45 shots of 60, 10 and 30 of a hundred, and five of the league's 40, 20 and 40: of the season before the day."""
    zones = {"team_paint_attempts": 40, "team_mid_range_attempts": 20, "three_pt_attempts": 40}
    elsewhere = dict.fromkeys(zones, 0) | {"three_pt_attempts": 900}
    league = [*(team_game(days, **zones) for days in range(1, 6)), team_game(6, **elsewhere, season_type="cup_final")]
    league += [team_game(0, **elsewhere), team_game(400, **elsewhere), team_game(8, three_pt_attempts=900)]
    rates = {"paint_rate_last_10": 60.0, "mid_range_rate_last_10": 10.0, "three_pt_rate_last_10": 30.0}
    few = shooter(zone_games_in_sample_10=9, total_shots_last_10=45, **rates)

    def shares(*zones: Row, offense: list[Row] = league) -> list[tuple[float, str]]:
        row = brunson(player_zones=list(zones), offense=offense)
        found = [feature(row, name) for name in SHARES]
        assert sum(value for value, _ in found) == pytest.approx(1)
        return found

    assert shares(few) == [(0.58, "calculated"), (0.11, "calculated"), (0.31, "calculated")]
    assert shares(few | {"zone_games_in_sample_10": 10}) == [(0.6, "phase4"), (0.1, "phase4"), (0.3, "phase4")]
    assert shares() == [(0.4, "default"), (0.2, "default"), (0.4, "default")]
    unknown = shooter(zone_games_in_sample_10=4, total_shots_last_10=None, **dict.fromkeys(rates))
    assert shares(unknown) == shares()
    assert shares(offense=TEAM_GAMES) == [(0.41, "default"), (0.19, "default"), (0.4, "default")]


def test_a_precomputed_zero_is_a_value() -> None:
    assert feature(brunson(cache=[cached(points_avg_last_5=0.0)]), "points_avg_last_5") == (0, "phase4")


def test_where_and_when() -> None:
    def told_of(**more: Any) -> list[tuple[float, str]]:
        row = brunson(context=[context(**more)])
        return [feature(row, name) for name in ("home_away", "back_to_back", "playoff_game")]

    assert told_of(home_game=False, back_to_back=True) == [(0, "phase3"), (1, "phase3"), (0, "phase3")]
    assert told_of(season_phase="playoffs") == [(1, "phase3"), (0, "phase3"), (1, "phase3")]
    assert told_of(season_phase="play_in")[2] == (0, "phase3")


def test_a_missing_game_lowers_the_tier() -> None:
    row = brunson(context=[context(team_games_missing=1, league_games_missing=0)])
    assert columns(row, "feature_quality_score", "quality_tier", "quality_issues") == (97, "silver", ["games_missing"])
    row = brunson(context=[context(team_games_missing=0, league_games_missing=1)])
    assert columns(row, "quality_tier", "quality_issues") == ("gold", ["league_games_missing"])


def test_the_teams_record() -> None:
    """From five games on; nobody else's, not the Cup final, not last season's, not today's."""
    others = [team_game(0), team_game(9, season_type="cup_final"), team_game(400), team_game(1, team="BOS")]
    record = [team_game(days, won=days == 4) for days in (1, 2, 4, 6, 8)]
    assert feature(brunson(offense=[*record, *others]), "team_win_pct") == (0.2, "calculated")
    assert feature(brunson(offense=[*record[:4], *others]), "team_win_pct") == (0.5, "default")
    assert feature(brunson(offense=[team_game(n, won=n < 3) for n in range(1, 7)]), "team_win_pct")[0] == 0.333333333


def test_tiers() -> None:
    """Gold from 95, silver from 75, and bronze without the daily cache whatever the score."""
    assert brunson(team_zones=[])["quality_tier"] == "silver"
    assert brunson(team_zones=[])["feature_quality_score"] == 97 - 2 * 60 / 25
    assert brunson(factors=[factored(usage_spike_score=None)])["feature_quality_score"] == 94.6
    without_cache = brunson(cache=[])
    assert columns(without_cache, "feature_quality_score", "quality_tier") == (97 - 7 * 25 / 25, "bronze")
    assert without_cache["quality_issues"] == ["daily_cache_missing"]
    two = {"points_avg_last_10": None, "team_pace_last_10": None}
    assert columns(brunson(cache=[cached(**two)]), "feature_quality_score", "quality_tier") == (95, "gold")
    three = brunson(cache=[cached(**two, points_avg_season=None)])
    assert columns(three, "feature_quality_score", "quality_tier") == (94, "silver")
    thin: dict[str, list[Row]] = {"factors": [], "player_zones": [], "team_zones": []}
    assert columns(brunson(**thin), "feature_quality_score", "quality_tier") == (75.4, "silver")
    thinner = brunson(**thin, cache=[cached(points_avg_last_10=None)])
    assert columns(thinner, "feature_quality_score", "quality_tier") == (74.4, "bronze")


def test_half_of_the_features_from_the_tables_of_form() -> None:
    """Sixteen can be; thirteen of 25 are the most of them, twelve are not."""
    assert brunson(player_zones=[])["data_source"] == "phase4_partial"
    assert brunson(factors=[])["data_source"] == "mixed"


def test_two_dates_at_once_do_not_mix() -> None:
    """Each date has its own form, factors, zones and games, and his opponent's zones, not his team's."""
    old = {"cache": cached(days=3, points_avg_last_5=5.0), "factors": factored(days=3, fatigue_score=55)}
    old |= {"player_zones": shooter(days=3, paint_rate_last_10=10.0), "team_zones": defender(days=3, rating=130.0)}
    old |= {"context": context(days=3, team_days_rest=0), "slate": COVERED["slate"][0] | ago(3)}
    hart = [cached("hart", points_avg_last_5=1.0), cached("hart", days=3, points_avg_last_5=1.0)]
    both = {name: [row, *inputs_of()[name]] for name, row in old.items()}
    own = [defender("NYK", rating=1.0), defender("NYK", days=3, rating=1.0)]
    rows = rows_with(**both | {"cache": [*hart, *both["cache"]], "team_zones": [*own, *both["team_zones"]]})
    names = ["points_avg_last_5", "fatigue_score", "pct_paint", "opponent_def_rating", "rest_advantage", "recent_trend"]
    found = [[row["game_date"], *(feature(row, name)[0] for name in names)] for row in rows]
    assert found == [[ago(3)["game_date"], 5, 55, 0.1, 130, -1, 0], [TODAY, 27.4, 80, 0.455, 108.5, 1, 2]]


DAY = st.integers(-4, 15) | st.integers(362, 368)
PLAYER = st.sampled_from(["brunson", "hart"])
MADE_ON = st.integers(-3, 3)
MAYBE = st.none() | st.integers(1, 60)
PLAYED = st.builds(
    played, DAY, st.integers(0, 50), PLAYER, ft_makes=st.integers(0, 9), seconds_played=st.sampled_from([0, 900, 1800])
)
FORM = {
    "cache": (st.builds(cached, PLAYER, MADE_ON, points_avg_last_5=MAYBE, minutes_avg_last_10=MAYBE), "cache_date"),
    "factors": (st.builds(factored, PLAYER, MADE_ON, fatigue_score=MAYBE), "game_date"),
    "player_zones": (st.builds(shooter, PLAYER, MADE_ON, paint_rate_last_10=MAYBE), "analysis_date"),
}


@settings(max_examples=6, deadline=None)
@given(data=st.data())
def test_nothing_on_or_after_the_day_is_seen(data: st.DataObject) -> None:
    """Nor another season; everybody has one row, and each score is that of its sources."""

    def some(name: str, rows: st.SearchStrategy, day: str, who: str = "player_lookup") -> list[Row]:
        unique = st.lists(rows, max_size=20, unique_by=lambda row: (row[who], row[day]))
        return data.draw(unique, label=name)

    days = [3, 0, -3]
    inputs = inputs_of(
        slate=[COVERED["slate"][0] | ago(n) for n in days],
        context=[context(who, days=n, team_days_rest=n + 3) for who in ("brunson", "hart") for n in days],
        team_zones=[defender(days=n, rating=100.0 + n) for n in days],
        players=some("players", PLAYED, "game_date"),
        offense=some("offense", st.builds(team_game, DAY, st.booleans()), "game_date", "team_abbr"),
        **{name: some(name, rows, day) for name, (rows, day) in FORM.items()},
    )
    rows = [row for row in rows_of(ml_feature_store_v2, **inputs) if row["game_date"] == TODAY]

    cut = known_on(TODAY, inputs, "players", "offense")
    assert rows == [row for row in rows_of(ml_feature_store_v2, **cut) if row["game_date"] == TODAY]
    versions = ["v2_corrected_25", "v3"]
    assert told(rows, "player_lookup", "feature_version") == [(w, v) for w in ("brunson", "hart") for v in versions]
    for row in rows:
        assert row["feature_quality_score"] == pytest.approx(score(row), abs=0.0051)
        assert row["feature_quality_score"] <= round(VERSIONS[row["feature_version"]].best_score, 2)
        assert row["default_count"] == row["feature_sources"].count("default")
        his = [g for g in cut["players"] if g["player_lookup"] == row["player_lookup"] and g["seconds_played"]]
        if feature(row, "points_avg_season")[1] == "phase3":
            assert feature(row, "points_avg_season")[0] == pytest.approx(mean(game["points"] for game in his))
