"""Alerts on their way out: one message an incident, repeats held back, nothing lost while the webhook is down.

What is worth an alert the sensors say. An outbox lives in a sensor's cursor, so it survives the daemon.
"""

from __future__ import annotations

import http.client
import json
import logging
import os
import re
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

HOLD_SECONDS = 60 * 60
"""A repeated alert is sent at most this often."""

SEND_SECONDS = 10.0
TICK_SECONDS = 30.0
"""For all messages of a tick together: Dagster gives up on a sensor after 60 s."""

LONGEST_TEXT = 3000
WEBHOOK = "NBA_ALERT_WEBHOOK"

_VARIES = re.compile(r"\b[0-9a-f]{8}[0-9a-f-]*\b|\d+")
_STEM = 100

log = logging.getLogger("nba_assets.alerts")


@dataclass(frozen=True)
class Alert:
    """One incident: what kind, which tables, and the message, whose first lines say what happened."""

    kind: str
    tables: Sequence[str]
    stem: str
    text: str

    @property
    def key(self) -> str:
        """Equal for the same trouble: numbers, dates and ids in the message's stem do not count."""
        return f"{self.kind}|{','.join(sorted(self.tables))}|{_VARIES.sub('#', self.stem)[:_STEM]}"


@dataclass
class _Held:
    """Since when an incident's repeats are held back, how many there were, and the last one's text."""

    since: float
    again: int = 0
    text: str = ""


@dataclass
class Outbox:
    """Messages that wait to be sent, oldest first, and incidents whose repeats are held back."""

    waiting: list[str] = field(default_factory=list)
    held: dict[str, _Held] = field(default_factory=dict)

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> Outbox:
        return cls(list(state.get("waiting", [])), {key: _Held(**held) for key, held in state.get("held", {}).items()})

    def state(self) -> dict[str, Any]:
        return asdict(self)

    def report(self, alert: Alert, now: float) -> None:
        """Send it, or count it where the same was sent within the hour."""
        text = alert.text if len(alert.text) <= LONGEST_TEXT else alert.text[: LONGEST_TEXT - 4] + " ..."
        if held := self.held.get(alert.key):
            held.again, held.text = held.again + 1, text
        else:
            self.held[alert.key] = _Held(now)
            self.waiting.append(text)

    def release(self, now: float) -> None:
        """After an hour, send what was held back, as one message with the count, and hold on for another hour."""
        for key, held in list(self.held.items()):
            if now - held.since < HOLD_SECONDS:
                continue
            del self.held[key]
            if held.again:
                times = "once more" if held.again == 1 else f"{held.again} times more"
                self.waiting.append(f"{held.text}\n({times} in the last hour; this is the latest)")
                self.held[key] = _Held(now)

    def deliver(self, send: Callable[[str], None]) -> None:
        """Send what waits; what cannot be sent keeps waiting, and is told in the log. Never raises for that."""
        until = time.monotonic() + TICK_SECONDS
        kept = []
        for number, text in enumerate(self.waiting):
            if time.monotonic() > until:
                kept += self.waiting[number:]
                break
            try:
                send(text)
            except urllib.error.HTTPError as error:  # an answer, if a bad one: the next message may be taken
                log.error("alert not sent, will be tried again: the webhook answered %s", error.code)
                kept.append(text)
            except (OSError, ValueError, http.client.HTTPException) as error:
                log.error("alert not sent, will be tried again: %s", error)
                kept += self.waiting[number:]
                break
        self.waiting = kept


def send(text: str) -> None:
    """To the webhook, or the log when there is none. Raises OSError, ValueError or HTTPException."""
    webhook = os.environ.get(WEBHOOK)
    if not webhook:
        log.warning("%s", text)
        return
    if not webhook.startswith(("http://", "https://")):
        raise ValueError(f"{WEBHOOK} is no http address")  # which it is stays out of the log: it is a secret
    body = json.dumps({"text": text}).encode()
    request = urllib.request.Request(webhook, body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=SEND_SECONDS):
        pass
