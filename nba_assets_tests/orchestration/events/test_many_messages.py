"""Three thousand messages at once, a tenth of them twice and a hundredth malformed, through the spool.

`pytest -m slow -s` prints how long it takes and what the slowest tick took; Dagster ends a tick after 60 seconds. The
whole attack sends ten thousand, and the daemon dies among them.
"""

from __future__ import annotations

import json
import random
import time
from datetime import date
from pathlib import Path

import dagster as dg
import pytest

from nba_assets.contracts.calendar import Window
from nba_assets.orchestration.events.sources import DEAD_LETTER_TOPIC, RAW_COMPLETE_TOPIC, Spool
from nba_assets.orchestration.instance.event_storage import BatchingSqliteEventLogStorage
from nba_assets.tables.raw import RAW_TABLES
from nba_assets_tests.orchestration.events.day import line
from nba_assets_tests.orchestration.events.stage import Stage
from nba_assets_tests.orchestration.events.test_sensors import assert_exactly_what_is_needed

pytestmark = pytest.mark.slow

MESSAGES, TWICE, MALFORMED = 3_000, 300, 30
DAYS = [day for part in Window(date(2021, 10, 19), date(2025, 6, 30)).by_season() for day in part.dates()]


def sent() -> list[bytes]:
    """Every daily raw table of as many dates as it takes, mixed; the same at every run."""
    chance = random.Random(7)
    daily = [raw.name for raw in RAW_TABLES if raw.partition_by and raw.dataset == "nba_raw"]
    each = [(name, day) for day in DAYS for name in daily][: MESSAGES - TWICE - MALFORMED]
    good = [line(name, f"{name}-{n}", day) for n, (name, day) in enumerate(each)]
    bad = [line(game_date=f"2021-13-{n}") if n % 2 else line()[:n] + b"{" for n in range(MALFORMED)]
    messages = [*good, *chance.sample(good, TWICE), *bad]
    chance.shuffle(messages)
    return messages


def test_thousands_of_messages_at_once(home: Path, tmp_path: Path) -> None:
    with dg.DagsterInstance.get() as instance:
        assert isinstance(instance.event_log_storage, BatchingSqliteEventLogStorage)
        stage = Stage(Spool(tmp_path), instance)
        messages = sent()
        assert len(messages) == MESSAGES
        for n, data in enumerate(messages):
            stage.source.publish(RAW_COMPLETE_TOPIC, f"{n:06}", data)
        seconds: list[float] = []
        while not (stage.said or "").startswith("no messages"):
            started = time.perf_counter()
            stage.tick()
            seconds.append(time.perf_counter() - started)
        print(f"\n{len(seconds)} ticks, {sum(seconds):.1f} s in all, the slowest {max(seconds):.1f} s")  # noqa: T201

        assert not list((tmp_path / RAW_COMPLETE_TOPIC).glob("*.json"))
        assert len(list((tmp_path / RAW_COMPLETE_TOPIC / "done").iterdir())) == MESSAGES
        dead = {file.read_bytes() for file in (tmp_path / DEAD_LETTER_TOPIC).glob("*.json")}
        assert dead == set(messages) - set(readable(messages))
        assert json.loads(stage.cursor or "")["malformed"] == MALFORMED
        assert set(stage.recorded().values()) == {1}
        assert_exactly_what_is_needed(stage)


def readable(messages: list[bytes]) -> list[bytes]:
    return [data for data in messages if data.endswith(b"}") and b"2021-13" not in data]
