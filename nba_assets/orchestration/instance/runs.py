"""Runs of Dagster that this process carries out itself, event by event, and where such a run belongs.

Dagster's public way makes the run as well, gives its events only when it has ended, and names no code location: its run
is missing from the timeline and its job's page, and cannot be executed again from there.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

import dagster as dg
from dagster._core.definitions.repository_definition import SINGLETON_REPOSITORY_NAME
from dagster._core.execution.api import execute_run_iterator
from dagster._core.remote_origin import RegisteredCodeLocationOrigin, RemoteJobOrigin, RemoteRepositoryOrigin

from nba_assets.orchestration.dagster_patches.guard import Upstream, in_place

_JOB = "dagster._core.definitions.reconstruct:ReconstructableJob"

UPSTREAM = Upstream(
    "fork_server",
    lost="each step works out its job anew",
    parameters={
        f"{_JOB}.get_subset": ("op_selection", "asset_selection", "asset_check_selection"),
        f"{_JOB}.get_definition": (),
    },
    names=("dagster:JobDefinition.run_config_schema",),
)


def work_out(job: Any, assets: Collection[dg.AssetKey]) -> None:
    """What each step of a run over some assets of a job does first, for the steps that are forked from this process.

    Dagster keeps the last one that it did.
    """
    if in_place(UPSTREAM):
        assert job.get_subset(asset_selection=frozenset(assets)).get_definition().run_config_schema


def events_of(job: Any, run: dg.DagsterRun, instance: dg.DagsterInstance) -> Iterator[dg.DagsterEvent]:
    """Carry out a run that was made, and give its events as they come. `job` is what steps can find again."""
    return execute_run_iterator(job, run, instance)


def job_at(location: str, job: str) -> RemoteJobOrigin:
    """A job of a code location by their names: how that is served, only who serves it knows."""
    repository = RemoteRepositoryOrigin(RegisteredCodeLocationOrigin(location), SINGLETON_REPOSITORY_NAME)
    return repository.get_job_origin(job)
