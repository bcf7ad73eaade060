"""Feature versions that the feature store holds, each a row of its own for everyone. A new one is added here."""

from __future__ import annotations

from nba_assets.basketball.features import v2, v3

VERSIONS = {version.name: version for version in (v2.VERSION, v3.VERSION)}
