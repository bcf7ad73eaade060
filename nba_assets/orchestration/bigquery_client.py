"""BigQuery client of `dagster_gcp.BigQueryResource`: project, location and credentials as that library reads them.

What is asked of it is the warehouse's. Loaded only where the engine is BigQuery: Google's client takes half a second.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from dagster_gcp import BigQueryResource
from google.auth.credentials import AnonymousCredentials
from google.auth.exceptions import DefaultCredentialsError
from google.cloud import bigquery

from nba_assets.contracts.errors import BadInput

EMULATOR = "BIGQUERY_EMULATOR_HOST"
"""Where a server on this machine stands in for BigQuery; Google's client goes there by itself."""


class NBABigQueryResource(BigQueryResource):
    """As Dagster's own, and without credentials where a server on this machine stands in for BigQuery."""

    @contextmanager
    def get_client(self) -> Iterator[bigquery.Client]:
        if os.environ.get(EMULATOR):
            yield bigquery.Client(self.project, AnonymousCredentials(), location=self.location)
            return
        with super().get_client() as client:
            yield client


@cache
def client(project: str | None, location: str | None, process: int) -> bigquery.Client:
    """The client of this process, which keeps its connections. Raises BadInput without a project or credentials."""
    try:
        with NBABigQueryResource(project=project, location=location).get_client() as made:
            return made
    except DefaultCredentialsError as error:
        raise BadInput(f"no credentials for Google: {str(error).splitlines()[0]}") from error
    except OSError as error:
        if error.errno:  # of the file that the credentials are in; that there is no project, Google tells without one
            raise BadInput(f"no credentials for Google: {error.filename}: {error.strerror}") from error
        raise BadInput("no project for BigQuery: set NBA_BIGQUERY_PROJECT") from error
