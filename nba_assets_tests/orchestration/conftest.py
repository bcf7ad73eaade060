"""What the tests of automation share."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

from nba_assets.orchestration.alerts.outbox import WEBHOOK
from nba_assets.orchestration.dagster_patches import guard
from nba_assets.orchestration.resource import WarehouseResource
from nba_assets_tests.orchestration.watched import Webhook


@pytest.fixture
def webhook(monkeypatch: pytest.MonkeyPatch) -> Webhook:
    """Not yet up, on a port of its own."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    monkeypatch.setenv(WEBHOOK, f"http://127.0.0.1:{port}/services/T0/B0/x")
    return Webhook(port)


@pytest.fixture
def guard_asks_anew() -> Iterator[None]:
    """Whether Dagster is built as we know it."""
    guard._moved_and_told.cache_clear()
    yield
    guard._moved_and_told.cache_clear()


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.instance_for_test() as instance:
        yield instance


@pytest.fixture
def warehouse(lake: Path) -> WarehouseResource:
    return WarehouseResource(engine="duckdb", lake=str(lake), threads=1, memory_mib=1024, timeout_seconds=60)
