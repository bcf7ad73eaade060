"""How long the executor waits for a step's next event: less while events come."""

from __future__ import annotations

import queue

import pytest
from dagster._core.executor import child_process_executor

from nba_assets.orchestration.dagster_patches import executor_poll
from nba_assets.orchestration.dagster_patches.executor_poll import WAIT_SECONDS, WAIT_WHILE_FLOWING_SECONDS


class Step:
    """A step's process, and its events; `waits` are the times that it was waited for."""

    def __init__(self, *events: str) -> None:
        self.waits: list[float] = []
        self._events = list(events)

    def get(self, block: bool, timeout: float) -> str:
        self.waits.append(timeout)
        if not self._events:
            raise queue.Empty
        return self._events.pop(0)

    def is_alive(self) -> bool:
        return True


def test_an_idle_step_holds_nobody_up_while_a_busy_one_has_events(monkeypatch: pytest.MonkeyPatch) -> None:
    executor_poll.apply()
    clock = 100.0
    monkeypatch.setattr(executor_poll.time, "monotonic", lambda: clock)
    busy, idle = Step("first", "second"), Step()

    def turn() -> list[object]:
        return [child_process_executor._poll_for_event(step, step) for step in (busy, idle)]

    assert [turn(), turn()] == [["first", None], ["second", None]]
    clock += 1
    assert turn() == [None, None]
    short, long = WAIT_WHILE_FLOWING_SECONDS, WAIT_SECONDS
    assert busy.waits[1:] == [short, long]
    assert idle.waits == [short, short, long]
