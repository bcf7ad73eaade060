"""The code location: the definitions that Dagster loads, found by the name of their module as Dagster finds them.

They are assembled from this folder's parts, so nothing here may import them when it is imported itself; what needs the
whole (a job that step processes find again, the graph of all assets) asks here when it runs.
"""

from __future__ import annotations

from importlib import import_module

import dagster as dg

MODULE = "nba_assets.definitions"

NAME = "nba_assets"
"""What it is called wherever it is served: switches, cursors and runs are kept under this name."""


def definitions() -> dg.Definitions:
    """All assets, jobs, schedules and sensors; they are loaded when first asked for."""
    loaded = import_module(MODULE).defs
    assert isinstance(loaded, dg.Definitions)
    return loaded
