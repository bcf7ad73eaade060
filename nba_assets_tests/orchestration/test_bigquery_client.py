"""BigQuery as the settings say: Dagster's own resource, project, location and limits, or what is missing, in a line."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from pathlib import Path

import google.auth
import pytest
from dagster_gcp import BigQueryResource
from google.auth.credentials import AnonymousCredentials
from google.auth.exceptions import DefaultCredentialsError

from nba_assets.contracts.errors import BadInput
from nba_assets.orchestration.bigquery_client import EMULATOR, NBABigQueryResource, client
from nba_assets.orchestration.resource import WarehouseResource

SETTINGS = ("PROJECT", "LOCATION", "PREFIX")
PROCESSES = itertools.count(-1, -1)
"""A client is kept for each process."""

Found = Callable[[str | None], AnonymousCredentials]


@pytest.fixture
def found(monkeypatch: pytest.MonkeyPatch) -> Found:
    """Application-default credentials, with the project that they are of."""
    for name in (EMULATOR, "GOOGLE_CLOUD_PROJECT", *(f"NBA_BIGQUERY_{setting}" for setting in SETTINGS)):
        monkeypatch.delenv(name, raising=False)

    def found(project: str | None) -> AnonymousCredentials:
        credentials = AnonymousCredentials()
        monkeypatch.setattr(google.auth, "default", lambda *_, **__: (credentials, project))
        return credentials

    return found


def test_it_is_dagsters_resource_with_the_credentials_that_google_finds(found: Found) -> None:
    credentials = found("of-the-credentials")

    made = client("ours", "europe-west1", next(PROCESSES))

    assert issubclass(NBABigQueryResource, BigQueryResource)
    assert (made.project, made.location, made._credentials) == ("ours", "europe-west1", credentials)
    assert client(None, None, next(PROCESSES)).project == "of-the-credentials"


def test_a_server_of_this_machine_is_asked_without_credentials(monkeypatch: pytest.MonkeyPatch, found: Found) -> None:
    credentials = found(None)
    monkeypatch.setenv(EMULATOR, "http://127.0.0.1:1")

    made = client("ours", None, next(PROCESSES))

    assert made._credentials is not credentials
    assert made._connection.API_BASE_URL == "http://127.0.0.1:1"


def test_what_is_missing_is_one_line(monkeypatch: pytest.MonkeyPatch, found: Found) -> None:
    found(None)
    with pytest.raises(BadInput, match=r"^no project for BigQuery: set NBA_BIGQUERY_PROJECT$"):
        client(None, None, next(PROCESSES))

    def none(*_: object, **__: object) -> None:
        raise DefaultCredentialsError("Your default credentials were not found.\nTo set them up")

    monkeypatch.setattr(google.auth, "default", none)
    with pytest.raises(BadInput, match=r"^no credentials for Google: Your default credentials were not found\.$"):
        client("ours", None, next(PROCESSES))


def test_a_file_of_credentials_that_cannot_be_read_is_named(
    monkeypatch: pytest.MonkeyPatch, found: Found, tmp_path: Path
) -> None:
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(tmp_path))
    with pytest.raises(BadInput, match=rf"^no credentials for Google: {re.escape(str(tmp_path))}: Is a directory$"):
        client("ours", None, next(PROCESSES))


def test_limits_are_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NBA_TABLE_TIMEOUT", "NBA_MAX_BYTES_BILLED"):
        monkeypatch.delenv(name, raising=False)
    usual = WarehouseResource.from_environment()
    assert (usual.timeout_seconds, usual.bigquery().maximum_bytes_billed) == (600, 0)

    monkeypatch.setenv("NBA_TABLE_TIMEOUT", "30")
    monkeypatch.setenv("NBA_MAX_BYTES_BILLED", "5000000000")
    monkeypatch.setenv("NBA_WAREHOUSE", "bigquery")
    monkeypatch.setenv("NBA_BIGQUERY_PREFIX", "trial")
    chosen = WarehouseResource.from_environment()
    assert chosen.timeout_seconds == 30
    warehouse = chosen.bigquery()
    assert (warehouse.maximum_bytes_billed, warehouse.prefix) == (5_000_000_000, "trial")
    assert chosen.dialect == "bigquery"
