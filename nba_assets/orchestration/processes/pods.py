"""Kubernetes pods of steps: the executor that starts one for each step, and what a pod asks for.

Chosen by `NBA_EXECUTOR=kubernetes`, where Dagster's run launcher for Kubernetes starts the runs. Otherwise a run is one
pod with all its steps in it, and as large as the launcher's settings say, which is no business of this module.
"""

from __future__ import annotations

import json
import os

import dagster as dg

from nba_assets.compile.dialects import Dialect
from nba_assets.contracts.errors import BadInput
from nba_assets.orchestration.resource import WarehouseResource

KUBERNETES = "kubernetes"

STEP_MIB = 768
"""What a step takes besides its query: Python, Dagster and the definitions, and the rows of a preview."""


def pods() -> dg.ExecutorDefinition:
    """Dagster's executor of a pod a step. Raises BadInput where it is not installed."""
    try:
        from dagster_k8s import k8s_job_executor
    except ImportError as error:
        raise BadInput("NBA_EXECUTOR=kubernetes needs an extra: pip install 'nba_assets[kubernetes]'") from error
    return k8s_job_executor


def pod_tags(dialect: Dialect) -> dict[str, str]:
    """The tag of a step by which its pod gets memory and cores, where there are pods of steps.

    On DuckDB the query runs in the pod, and may take `NBA_MEMORY_MIB`; on BigQuery the pod waits for it.
    """
    if os.environ.get("NBA_EXECUTOR") != KUBERNETES:
        return {}
    inside = dialect == "duckdb"
    memory = f"{STEP_MIB + (WarehouseResource.from_environment().memory_mib if inside else 0)}Mi"
    resources = {"requests": {"cpu": "1" if inside else "100m", "memory": memory}, "limits": {"memory": memory}}
    return {"dagster-k8s/config": json.dumps({"container_config": {"resources": resources}})}
