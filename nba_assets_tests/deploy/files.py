"""The files of `deploy/`, read."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from nba_assets.orchestration.instance import opening

PROJECT = Path(__file__).parents[2]
DEPLOY = PROJECT / "deploy"
COMPOSE = (DEPLOY / "docker-compose.yaml", DEPLOY / "docker-compose.bigquery.yaml")


def read(name: str) -> Any:
    return yaml.safe_load((DEPLOY / name).read_text())


def settings() -> Any:
    """The instance settings for Postgres, which the image has."""
    return yaml.safe_load(Path(opening.__file__).with_name("postgres").joinpath(opening.SETTINGS).read_text())


def snake(said: Any) -> Any:
    """What the chart calls maxConcurrentRuns, and Dagster max_concurrent_runs; what is Kubernetes' stays."""
    if not isinstance(said, dict):
        return [snake(item) for item in said] if isinstance(said, list) else said
    kept = ("value", "resources", "jobSpecConfig", "podSpecConfig")
    return {
        re.sub("(?<=[a-z0-9])[A-Z]", lambda big: f"_{big[0].lower()}", key): value if key in kept else snake(value)
        for key, value in said.items()
    }
