"""Patches of Dagster: functions of it that are wrapped where it has no setting and no hook for what we need.

One module a patch, each with what it changes, the upstream symbol, the measured gain, and what happens without it;
`apply` puts them in place and nothing happens at import. A plug-in that an instance's settings name is no patch.
"""

from __future__ import annotations


def apply() -> None:
    """Put every patch in place that is wanted and whose upstream is as it was known; once, however often called.

    Raises BadInput where the environment switches off what there is not.
    """
    from nba_assets.orchestration.dagster_patches import (
        executor_poll,
        migrations,
        partition_versions,
        step_deaths,
    )
    from nba_assets.orchestration.dagster_patches.switches import check_names

    check_names()
    for patch in (executor_poll, migrations, partition_versions, step_deaths):
        patch.apply()
