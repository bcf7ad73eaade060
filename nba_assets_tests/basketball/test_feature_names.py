"""Names of features are those that the feature store writes, in its order."""

from __future__ import annotations

from nba_assets.basketball import feature_names
from nba_assets.tables.precompute import ml_feature_store_v2


def test_the_names_are_the_stores() -> None:
    assert ml_feature_store_v2.FEATURE_VERSION == feature_names.V2
    assert feature_names.NAMES[feature_names.V2] == ml_feature_store_v2.NAMES
