"""Alerts on their way out: one message an incident, repeats held back, nothing lost while the webhook is down.

What is worth an alert the sensors say. An outbox lives in a sensor's cursor, so it survives the daemon.
"""

from __future__ import annotations

import errno
import html
import json
import logging
import os
import re
import ssl
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any
from urllib.parse import urlsplit

from nba_assets.contracts.errors import BadInput
from nba_assets.contracts.printable import printable

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
        """After an hour, send what was held back, as one message with the count, and hold on for another hour.

        What is held since a moment to come was held by a clock that has been set back since.
        """
        for key, held in list(self.held.items()):
            if 0 <= now - held.since < HOLD_SECONDS:
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
                redirected = ", a redirect, which is not followed" if 300 <= error.code < 400 else ""
                log.error("alert not sent, will be tried again: the webhook answered %s%s", error.code, redirected)
                kept.append(text)
            except Exception as error:  # whatever it is: an alert that waits is better than none
                log.error("alert not sent, will be tried again: %s", _without_address(error))
                kept += self.waiting[number:]
                break
        self.waiting = kept


def _without_address(error: Exception) -> str:
    """Why something was not sent, in words that no part of the address can be in: it is a secret."""
    if isinstance(error, BadInput):
        return str(error)
    cause = getattr(error, "reason", error)
    if isinstance(cause, OSError) and not isinstance(cause, ssl.SSLError) and cause.strerror:
        return cause.strerror
    return type(cause if isinstance(cause, Exception) else error).__name__


def send(text: str) -> None:
    """To the webhook, or the log when there is none. Raises BadInput for a malformed address, HTTPError for an answer
    that is not 2xx, and whatever else keeps it from being sent."""
    webhook = os.environ.get(WEBHOOK)
    if not webhook:
        log.warning("%s", printable(text))
        return
    if not is_address(webhook):
        raise BadInput(f"{WEBHOOK} is no http address")  # which it is stays out of the log
    body = json.dumps({"text": html.escape(printable(text), quote=False)}).encode()  # no name is a link or a mention
    request = urllib.request.Request(webhook, body, {"Content-Type": "application/json"})

    def post() -> None:
        with urllib.request.build_opener(_NoRedirect).open(request, timeout=SEND_SECONDS):
            pass

    _in_time(post)


def _in_time(post: Callable[[], None]) -> None:
    """Raises what it raises, and TimeoutError after SEND_SECONDS in all: a socket's own limit is for each byte of an
    answer, and there is none for the name of a host. What was given up ends by itself, or with the daemon."""
    ended: list[Exception | None] = []

    def run() -> None:
        try:
            post()
            ended.append(None)
        except Exception as error:
            ended.append(error)

    sending = threading.Thread(target=run, daemon=True)
    sending.start()
    sending.join(SEND_SECONDS)
    if not ended:
        raise TimeoutError(errno.ETIMEDOUT, os.strerror(errno.ETIMEDOUT))
    if ended[0]:
        raise ended[0]


def is_address(text: str) -> bool:
    """Whether it has a host, and a port if any, in characters that an address may have; user names are not sent."""
    if not re.fullmatch(r"https?://[!-~]+", text, re.IGNORECASE):
        return False
    try:
        address = urlsplit(text)
        host = (address.hostname or "").encode("idna")
        return bool(host) and address.port != 0 and "@" not in address.netloc
    except ValueError:  # of a port, an IPv6 address, a name that none can be
        return False


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect turns a POST into a GET, whose answer says nothing of the message: it is an answer like 404."""

    def redirect_request(self, *_: object) -> None:
        return None
