"""A BigQuery project to be filled, on a server of this machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from nba_assets.warehouse.bigquery.jobs import Jobs
from nba_assets.warehouse.bigquery.names import Names
from nba_assets.warehouse.bigquery.schema import Schema

if TYPE_CHECKING:
    from nba_assets_tests.bigquery.local_server import LocalBigQuery


@pytest.fixture
def schema(bigquery_server: LocalBigQuery, project: str) -> Schema:
    """The schema of an empty project."""
    return Schema(Jobs(bigquery_server.client(project)), Names(project))
