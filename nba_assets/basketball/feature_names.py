"""Feature versions of the feature store: the names of each version's features in their stored order.

For whoever reads features by name. Where their values come from is the feature store's.
"""

from __future__ import annotations

import ibis.expr.types as ir

from nba_assets.basketball.features import v2, v3
from nba_assets.basketball.features.feature import DEFAULT
from nba_assets.basketball.features.versions import VERSIONS

V2, V3 = v2.VERSION.name, v3.VERSION.name

NAMES = {name: version.names for name, version in VERSIONS.items()}


def by_name(rows: ir.Table, version: str, *names: str) -> dict[str, ir.FloatingValue]:
    """Features of rows of one version as columns."""
    return {name: rows.features[NAMES[version].index(name)] for name in names}


def known(rows: ir.Table, version: str, *names: str) -> dict[str, ir.FloatingValue]:
    """The same, NULL where the stored array holds a default."""
    values = by_name(rows, version, *names)
    return {name: (source(rows, version, name) != DEFAULT).ifelse(value, None) for name, value in values.items()}


def source(rows: ir.Table, version: str, name: str) -> ir.StringValue:
    """Where a feature's value comes from: `phase4`, `phase3`, `calculated` or `default`."""
    return rows.feature_sources[NAMES[version].index(name)]
