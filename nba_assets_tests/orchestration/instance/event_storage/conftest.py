"""The databases that event logs are tested on."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from nba_assets.orchestration.instance.event_storage import internals
from nba_assets_tests.orchestration.instance.event_storage.databases import Databases, Postgres, Sqlite
from nba_assets_tests.orchestration.instance.event_storage.server import Server, binaries, running


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Server]:
    pytest.importorskip("dagster_postgres", reason="Postgres: pip install 'nba_assets[postgres]'")
    found = binaries()
    if found is None:
        pytest.skip("Postgres: no server is installed (Debian: apt-get install postgresql)")
    with running(found) as server:
        yield server


@pytest.fixture(params=["sqlite", "postgres"])
def databases(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Databases:
    if request.param == "sqlite":
        return Sqlite(tmp_path_factory.mktemp("sqlite"))
    return Postgres(request.getfixturevalue("postgres_server"))


@pytest.fixture(autouse=True)
def _each_test_asks_anew(guard_asks_anew: None) -> Iterator[None]:
    """Also of other names than the last test."""
    internals.upstream.cache_clear()
    yield
    internals.upstream.cache_clear()
