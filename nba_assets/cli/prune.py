"""`nba prune`: the run history compacted and the logs of old runs removed, for who runs no daemon."""

from __future__ import annotations

from typing import Annotated

import typer

from nba_assets.cli.arguments import DEFAULT_LAKE, LakeOption
from nba_assets.cli.instance import opened, require_lake
from nba_assets.cli.terminal import out
from nba_assets.contracts.settings import MOST_DAYS
from nba_assets.orchestration.instance.opening import instance_at_home


def prune(
    days: Annotated[
        int | None, typer.Option(min=1, max=MOST_DAYS, help="Keep the logs of so many days; else NBA_RUN_LOG_DAYS.")
    ] = None,
    lake: LakeOption = DEFAULT_LAKE,
) -> None:
    """Compact the run history, and remove or pack the logs of old runs in DAGSTER_HOME.

    The daemon does it each night. What was built stays known: runs, materialisations and the latest checks are kept,
    and with them which partitions are there and of which version.

    Examples:

        nba prune

        nba prune --days 30
    """
    require_lake(lake)

    from nba_assets.orchestration.housekeeping import log_days, tidy

    kept, warehouse = days or log_days(), opened(lake)
    with instance_at_home() as instance:
        out.print(str(tidy(instance, warehouse, kept)), highlight=False)
