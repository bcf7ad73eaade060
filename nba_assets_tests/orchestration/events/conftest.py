"""The Pub/Sub server on loopback that these tests share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from nba_assets.orchestration.events import sources
from nba_assets_tests.orchestration.events.pubsub_server import Server, serve


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """A server of a test's own, which Google's clients find by themselves."""
    sources._publisher.cache_clear()
    with serve() as (address, server):
        monkeypatch.setenv("PUBSUB_EMULATOR_HOST", address)
        yield server
        sources._publisher.cache_clear()
