"""What the checks of the precompute tables find, and what at their edge they do not."""

from __future__ import annotations

import pytest

from nba_assets.basketball.features import v2, v3
from nba_assets.contracts.table import Table
from nba_assets.tables.precompute.ml_feature_store_v2 import ml_feature_store_v2
from nba_assets.tables.precompute.player_composite_factors import player_composite_factors
from nba_assets.tables.precompute.player_daily_cache import player_daily_cache
from nba_assets.tables.precompute.player_shot_zone_analysis import player_shot_zone_analysis
from nba_assets.tables.precompute.team_defense_zone_analysis import team_defense_zone_analysis
from nba_assets_tests.given import TODAY
from nba_assets_tests.rows import Row
from nba_assets_tests.tables.trials import Trial, Trials, assert_noticed, each, named, noted, wanted

NAMES = v2.VERSION.names
COUNT = len(NAMES)


def between(row: Row, kept: dict[str, tuple[float, float]], beyond: dict[str, tuple[float, float]]) -> Trial:
    """The bounds of each column keep the rule, and what is just beyond one of them breaks it."""
    least, most = ({name: bounds[side] for name, bounds in kept.items()} for side in (0, 1))
    broken = [{name: value} for name, values in beyond.items() for value in values]
    return each(row, [least, most, dict.fromkeys(kept)], [least | change for change in broken])


def featured(**values: float) -> Row:
    """A row of features that are all 0 but those of one name, plausible ones."""
    plausible = {"opponent_def_rating": 110.0} | values
    return {"features": [float(plausible.get(name, 0)) for name in NAMES]}


FEATURE_ROW: Row = {
    "game_date": TODAY,
    "feature_version": v2.VERSION.name,
    "feature_count": COUNT,
    "features": [0.0] * COUNT,
    "feature_names": list(NAMES),
    "feature_sources": ["phase4"] * COUNT,
}

SECOND: Row = {
    "feature_version": "v3",
    "feature_count": len(v3.VERSION.names),
    "features": [0.0] * len(v3.VERSION.names),
    "feature_names": list(v3.VERSION.names),
    "feature_sources": ["phase4"] * len(v3.VERSION.names),
}

SHOTS = {
    "analysis_date": TODAY,
    "games_in_sample_10": 10,
    "games_in_sample_20": 15,
    "zone_games_in_sample_10": 9,
    "zone_games_in_sample_20": 13,
}

SCORES = {
    "fatigue_score": (0, 100),
    "shot_zone_mismatch_score": (-10.0, 10.0),
    "pace_score": (-3.0, 3.0),
    "usage_spike_score": (-3.0, 3.0),
    "total_composite_adjustment": (-21.0, 16.0),
}

TRIALS: Trials = {
    **{
        (made, "no_games_missing"): noted({str(made.partition_by): TODAY}, "games_missing")
        for made in (
            team_defense_zone_analysis,
            player_shot_zone_analysis,
            player_composite_factors,
            player_daily_cache,
            ml_feature_store_v2,
        )
    },
    (team_defense_zone_analysis, "enough_games"): each(
        {"analysis_date": TODAY},
        [{"games_in_sample": games} for games in (10, 15)],
        [{"games_in_sample": games} for games in (9, 16)],
    ),
    (team_defense_zone_analysis, "plausible"): between(
        {"analysis_date": TODAY},
        {
            "defensive_rating_last_15": (90.0, 135.0),
            "paint_pct_allowed_last_15": (0.4, 0.75),
            "mid_range_pct_allowed_last_15": (0.25, 0.6),
            "three_pt_pct_allowed_last_15": (0.25, 0.5),
        },
        {
            "defensive_rating_last_15": (89.99, 135.01),
            "paint_pct_allowed_last_15": (0.399, 0.751),
            "mid_range_pct_allowed_last_15": (0.249, 0.601),
            "three_pt_pct_allowed_last_15": (0.249, 0.501),
        },
    ),
    (player_shot_zone_analysis, "enough_games"): each(
        SHOTS,
        [{"games_in_sample_10": games} for games in (5, 10)],
        [{"games_in_sample_10": games} for games in (4, 11)],
    ),
    (player_shot_zone_analysis, "shares_add_up"): each(
        SHOTS | {"paint_rate_last_10": 35.0, "mid_range_rate_last_10": 20.0, "three_pt_rate_last_10": 45.0},
        [{}, {"paint_rate_last_10": None}, *({"three_pt_rate_last_10": share} for share in (45.02, 44.98))],
        [{"three_pt_rate_last_10": share} for share in (45.04, 44.96)],
    ),
    (player_shot_zone_analysis, "windows_nest"): each(
        SHOTS,
        [
            {"games_in_sample_20": 10, "zone_games_in_sample_20": 9},
            {"zone_games_in_sample_10": 10, "zone_games_in_sample_20": 15},
            {"zone_games_in_sample_10": 0, "zone_games_in_sample_20": 0},
        ],
        [
            {"games_in_sample_20": 9, "zone_games_in_sample_20": 9},
            {"zone_games_in_sample_20": 8},
            {"zone_games_in_sample_10": 11},
            {"zone_games_in_sample_20": 16},
        ],
    ),
    (player_shot_zone_analysis, "makes_are_assisted_or_not"): each(
        SHOTS | {"unassisted_rate_last_10": 40.0},
        [{"assisted_rate_last_10": share} for share in (55.0, 60.0, 65.0, None)],
        [{"assisted_rate_last_10": share} for share in (54.99, 65.01)],
    ),
    (player_shot_zone_analysis, "zones_are_covered"): each(
        SHOTS, [{"zone_games_in_sample_10": 5}], [{"zone_games_in_sample_10": 4}]
    ),
    (player_composite_factors, "scores_in_range"): between(
        {"game_date": TODAY},
        SCORES,
        {
            "fatigue_score": (-1, 101),
            **{name: (least - 0.1, most + 0.1) for name, (least, most) in SCORES.items() if name != "fatigue_score"},
        },
    ),
    (player_composite_factors, "total_is_the_sum"): each(
        {
            "game_date": TODAY,
            "fatigue_adjustment": -1.0,
            "shot_zone_mismatch_score": 4.0,
            "pace_score": 2.0,
            "usage_spike_score": 0.5,
        },
        [
            *({"total_composite_adjustment": total} for total in (5.34, 5.5, 5.66)),
            {"total_composite_adjustment": 5.0, "usage_spike_score": None},
            dict.fromkeys(("fatigue_adjustment", "shot_zone_mismatch_score", "pace_score", "usage_spike_score")),
        ],
        [{"total_composite_adjustment": total} for total in (5.33, 5.67, None)],
    ),
    (player_composite_factors, "unknown_factors_are_listed"): each(
        {"game_date": TODAY, "fatigue_score": 90, "shot_zone_mismatch_score": 1.0, "usage_spike_score": 0.0},
        [{"pace_score": 0.0}, {"pace_score": None, "unknown_factors": "pace_score: expected_pace_change"}],
        [{"pace_score": None}, {"pace_score": 0.0, "unknown_factors": "pace_score: expected_pace_change"}],
    ),
    (player_composite_factors, "unknown_inputs_are_listed"): each(
        {"game_date": TODAY},
        [
            {"data_completeness_pct": 100.0},
            {"data_completeness_pct": 80.0, "missing_data_fields": "days_rest"},
        ],
        [{"data_completeness_pct": 80.0}, {"data_completeness_pct": 100.0, "missing_data_fields": "days_rest"}],
    ),
    (player_daily_cache, "enough_games"): each(
        {"cache_date": TODAY}, [{"games_played_season": 5}], [{"games_played_season": 4}]
    ),
    (player_daily_cache, "early_season_is_said"): each(
        {"cache_date": TODAY},
        [
            {"games_played_season": 10, "early_season_flag": False},
            {"games_played_season": 9, "early_season_flag": True, "insufficient_data_reason": "thin"},
        ],
        [
            {"games_played_season": 9, "early_season_flag": False},
            {"games_played_season": 10, "early_season_flag": True, "insufficient_data_reason": "thin"},
            {"games_played_season": 9, "early_season_flag": True},
            {"games_played_season": 10, "early_season_flag": False, "insufficient_data_reason": "thin"},
        ],
    ),
    (player_daily_cache, "plausible"): between(
        {"cache_date": TODAY},
        {
            "points_avg_season": (0.0, 60.0),
            "points_avg_last_5": (0.0, 80.0),
            "minutes_avg_last_10": (0.0, 53.0),
            "team_pace_last_10": (85.0, 115.0),
        },
        {
            "points_avg_season": (-0.1, 60.1),
            "points_avg_last_5": (-0.1, 80.1),
            "minutes_avg_last_10": (-0.1, 53.1),
            "team_pace_last_10": (84.9, 115.1),
        },
    ),
    (ml_feature_store_v2, "one_value_a_name"): each(
        FEATURE_ROW,
        [{}, {"features": None}, SECOND],
        [
            {"feature_version": "v3"},
            SECOND | {"feature_names": [*v3.VERSION.names[1:], v3.VERSION.names[0]]},
            {"features": [0.0] * (COUNT - 1)},
            {"feature_sources": ["phase4"] * (COUNT + 1)},
            {"feature_names": [*NAMES[1:], NAMES[0]]},
            {"feature_names": list(NAMES[1:])},
            {"feature_count": COUNT - 1, "features": [0.0] * (COUNT - 1), "feature_sources": ["phase4"] * (COUNT - 1)},
        ],
    ),
    (ml_feature_store_v2, "score_follows_from_sources"): each(
        FEATURE_ROW,
        [
            {"feature_quality_score": 100.0},
            {"feature_quality_score": 96.0, "feature_sources": [*["phase4"] * (COUNT - 1), "unheard of"]},
        ],
        [{"feature_quality_score": score} for score in (99.99, 100.01, 96.0)],
    ),
    (ml_feature_store_v2, "plausible"): each(
        FEATURE_ROW,
        [
            featured(opponent_def_rating=90),
            featured(
                points_avg_season=60,
                points_avg_last_5=80,
                points_avg_last_10=80,
                fatigue_score=100,
                opponent_def_rating=130,
            ),
        ],
        [
            *(
                featured(**{name: value})
                for name, most in {
                    "points_avg_season": 60,
                    "points_avg_last_5": 80,
                    "points_avg_last_10": 80,
                    "fatigue_score": 100,
                }.items()
                for value in (-0.1, most + 0.1)
            ),
            featured(opponent_def_rating=89.9),
            featured(opponent_def_rating=130.1),
        ],
    ),
}


@pytest.mark.parametrize(("made", "check"), wanted("precompute"), ids=named)
def test_a_check_finds_what_breaks_it_and_nothing_at_its_edge(made: Table, check: str) -> None:
    assert_noticed(made, check, TRIALS)
