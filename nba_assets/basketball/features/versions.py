"""Feature versions that the feature store holds, each a row of its own for everyone. A new one is added here."""

from __future__ import annotations

from nba_assets.basketball.features import v2, v3

VERSIONS = {version.name: version for version in (v2.VERSION, v3.VERSION)}

FEATURES = max((version.features for version in VERSIONS.values()), key=len)
"""Of the longest version: every other one has the first of them."""

for _version in VERSIONS.values():
    if _version.features != FEATURES[: len(_version.features)]:
        raise ValueError(
            f"feature version {_version.name} does not begin as the longest does: the store takes its first"
        )
