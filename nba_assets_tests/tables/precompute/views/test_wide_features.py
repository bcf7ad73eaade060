"""Features as columns: NULL for a default, the line at the tip, a label that alone is of after the game."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import Any

import pytest

from nba_assets.basketball.features.versions import VERSIONS
from nba_assets.compile.lineage import column_sources
from nba_assets.compile.reading import rows_of
from nba_assets.contracts.read import same_day
from nba_assets.contracts.reading_view import ReadingView
from nba_assets.tables.precompute.views.wide_features import LABEL, LINE, wide_views
from nba_assets.tables.registry import reading_views
from nba_assets_tests.rows import Query, Row, one

GAME = {"player_lookup": "brunson", "game_id": "20241220_NYK_BOS"}


@cache
def query(view: ReadingView) -> Query:
    return Query(view.build, {name: same_day(of) for name, of in view.inputs.items()})


def features(view: ReadingView, **more: Any) -> Row:
    """A row of the feature store in which each feature is its place, and the first is a default."""
    (version,) = [name for name in VERSIONS if view.name == f"ml_feature_store_{name.partition('_')[0]}_wide"]
    names = list(VERSIONS[version].names)
    sources = ["default", *["phase4"] * (len(names) - 1)]
    values = [float(place) for place in range(len(names))]
    own = {"features": values, "feature_names": names, "feature_sources": sources, "feature_version": version}
    return GAME | {"game_date": date(2024, 12, 20)} | own | more


@pytest.mark.parametrize("view", wide_views(), ids=lambda view: view.name)
def test_a_row(view: ReadingView) -> None:
    given = features(view)
    found = one(query(view)(features=[given], context=[GAME | {"current_points_line": 24.5}], results=[]))
    first, *others = given["feature_names"]
    assert found[first] is None
    assert [found[name] for name in others] == given["features"][1:]
    assert found[LINE.name] == 24.5
    assert found[LABEL.name] is None


@pytest.mark.parametrize("view", wide_views(), ids=lambda view: view.name)
def test_what_came_of_the_game_is_the_label_and_nothing_else(view: ReadingView) -> None:
    given = {"features": [features(view)], "context": [GAME]}
    before = one(query(view)(**given))
    after = one(query(view)(**given, results=[GAME | {"points": 31}, GAME | {"points": 9, "player_lookup": "tatum"}]))
    assert after == before | {LABEL.name: 31}


@pytest.mark.parametrize("view", wide_views(), ids=lambda view: view.name)
def test_no_column_but_the_label_is_made_of_a_result(view: ReadingView) -> None:
    """Features and context stand before the tip, which other tests show of their tables; results do not."""
    sources = column_sources(rows_of(view, None))
    assert list(sources) == [column.name for column in view.columns]
    made_of = {name: {table for _, table, _ in found} for name, found in sources.items()}
    assert made_of.pop(LABEL.name) == {"player_game_summary"}
    assert made_of.pop(LINE.name) == {"upcoming_player_game_context"}
    assert set().union(*made_of.values()) == {"ml_feature_store_v2"}


@pytest.mark.parametrize("view", wide_views(), ids=lambda view: view.name)
def test_another_version_is_in_another_view(view: ReadingView) -> None:
    assert not query(view)(features=[features(view, feature_version="other")], context=[GAME], results=[])


def test_each_is_among_the_views_for_readers() -> None:
    assert set(wide_views()) <= set(reading_views())
    assert "nba_predictions.ml_feature_store_v2_wide" in {view.full_name for view in reading_views()}
