"""Correlations with their intervals: of rows in memory, and of a small lake whose pace score points the wrong way."""

from __future__ import annotations

from pathlib import Path

import duckdb
import numpy as np
import pytest

from nba_assets_tests.signal import AVERAGE, FACTORS, LINE, Signal, correlation, page, reasons, signals


def sums(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """What `correlation` takes, from values by date and man."""
    return np.column_stack([np.full(len(x), x.shape[1]), *(v.sum(axis=1) for v in (x, y, x * x, y * y, x * y))])


def test_the_correlation_is_the_plain_one_and_lies_in_its_interval() -> None:
    chance = np.random.default_rng(1)
    x = chance.normal(size=(60, 20))
    y = 0.3 * x + chance.normal(size=x.shape)
    found = correlation(sums(x, y))
    assert found is not None
    assert found.games == x.size
    assert found.value == pytest.approx(np.corrcoef(x.ravel(), y.ravel())[0, 1])
    assert 0.2 < found.low < found.value < found.high < 0.4


def test_men_of_one_date_count_as_one_where_they_move_together() -> None:
    """Drawn man by man, the interval would be a sixth as wide."""
    chance = np.random.default_rng(2)
    x, y = (np.repeat(chance.normal(size=(60, 1)), 40, axis=1) for _ in range(2))
    found = correlation(sums(x, y))
    assert found is not None
    assert found.high - found.low > 0.3


def test_what_never_differs_has_no_correlation() -> None:
    assert correlation(sums(np.ones((5, 3)), np.arange(15.0).reshape(5, 3))) is None
    assert correlation(np.empty((0, 6))) is None


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A season of twelve men and forty dates. `pace_score` is high before bad games, other factors before good ones;
    one feature is known for a game in two and another never.
    Who scores 20 played yesterday, and a man in two has rested."""
    lake, (wrong, *right) = tmp_path_factory.mktemp("lake"), sorted(FACTORS, key=lambda name: name != "pace_score")
    with duckdb.connect() as connection:
        connection.execute("""
            CREATE TABLE played AS
            SELECT 2021 AS season_year, DATE '2021-11-01' + d::INT AS game_date, d || '-' || p AS game_id,
                   'p' || p AS player_lookup, 'regular' AS season_type, if(p = 12, 600, 1800) AS seconds_played,
                   10 + (d * 7 + p * 5) % 11 AS points, if(d > 20, 15.5, NULL) AS points_line
            FROM range(40) dates(d), range(1, 13) men(p)
        """)
        scores = ", ".join(f"points AS {name}" for name in right)
        tables = {
            "nba_analytics/player_game_summary": "FROM played",
            "nba_precompute/player_composite_factors": (
                f"SELECT game_id, player_lookup, {scores}, -points AS {wrong} FROM played"
            ),
            "nba_predictions/ml_feature_store_v2": """
                SELECT game_id, player_lookup, ['home_away', 'team_pace'] AS feature_names,
                       [points::DOUBLE, points] AS features, [if(points % 2 = 0, 'phase3', 'default'), 'default']
                       AS feature_sources, unnest(['v2_corrected_25', 'v3']) AS feature_version FROM played
            """,
            "nba_analytics/upcoming_player_game_context": """
                SELECT game_id, player_lookup, points = 20 AS back_to_back, hash(player_lookup) % 2 * 3 AS days_rest,
                       0 AS days_absent, 3 AS games_in_last_7_days, 90 AS minutes_in_last_7_days,
                       30.0 AS avg_minutes_per_game_last_7, NULL::BIGINT AS back_to_backs_last_14_days,
                       25 AS player_age FROM played
            """,
        }
        for name, sql in tables.items():
            (lake / name / "all").mkdir(parents=True)
            connection.execute(f"COPY ({sql}) TO '{lake}/{name}/all/data.parquet'")
    return lake


@pytest.fixture(scope="module")
def found(lake: Path) -> dict[str, Signal]:
    return {signal.name: signal for signal in signals([lake])}


@pytest.fixture(scope="module")
def fatigue(lake: Path) -> dict[str, Signal]:
    return {signal.name: signal for signal in reasons([lake])}


def test_a_reason_of_fatigue_stands_beside_those_without_any_of_its_kind(fatigue: dict[str, Signal]) -> None:
    """Who scored 20 of 10 to 20 is 5.5 above his average, and the others half a point below."""
    yesterday, rested = (fatigue[name].found[AVERAGE] for name in ("back to back", "rest of 3 days"))
    assert yesterday.value == pytest.approx(6, abs=1)
    assert 0 < yesterday.games < 11 * 30, "men rested are no measure of a back-to-back"
    assert 0 < rested.games < 11 * 30
    assert fatigue["age of 30"].found == {AVERAGE: None, LINE: None}


def test_a_factor_that_points_the_wrong_way_is_told(found: dict[str, Signal]) -> None:
    assert [name for name, signal in found.items() if signal.is_wrong] == ["pace_score"]


def test_men_of_few_minutes_and_first_games_are_left_out(found: dict[str, Signal]) -> None:
    score = found["usage_spike_score"].found
    assert score[AVERAGE].games == 11 * 30
    assert score[LINE].games == 11 * 19
    assert score[LINE].value == pytest.approx(1)


def test_a_default_says_nothing(found: dict[str, Signal]) -> None:
    known = found["home_away"].found[AVERAGE]
    assert 0 < known.games < 11 * 30
    assert found["team_pace"].found == {AVERAGE: None, LINE: None}


def test_the_page(found: dict[str, Signal], fatigue: dict[str, Signal]) -> None:
    text = page(list(found.values()), list(fatigue.values()), {"pace_score": {AVERAGE: "+0.010 (+0.005 to +0.015)"}})
    (line,) = [line for line in text.splitlines() if line.startswith("| pace_score |")]
    assert "| +0.010 (+0.005 to +0.015) |" in line
    assert "real seasons 2021-22." in text
    assert "| age of 30 | -5 |" in text
    assert "330 player-games, of which 209 have a line" in text
