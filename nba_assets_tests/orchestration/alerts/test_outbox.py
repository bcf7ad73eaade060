"""Sending an alert: a redirect is no delivery, the address stays a secret, names in the text are only names."""

from __future__ import annotations

import json
import logging
import socket
import threading
import time
from contextlib import suppress

import pytest

from nba_assets.orchestration.alerts.outbox import WEBHOOK, Outbox, send
from nba_assets_tests.orchestration.watched import Webhook

SECRET = "CANARY"


@pytest.mark.parametrize("status", [300, 301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed_and_the_alert_waits(
    status: int, webhook: Webhook, caplog: pytest.LogCaptureFixture
) -> None:
    outbox = Outbox(["disk full"])
    webhook.status = status
    with webhook.up():
        outbox.deliver(send)
    assert (outbox.waiting, webhook.texts, webhook.followed) == (["disk full"], [], 0)
    assert f"the webhook answered {status}, a redirect, which is not followed" in caplog.text
    assert "services/T0" not in caplog.text


MALFORMED = [
    f"http://127.0.0.1:{SECRET}/x",
    f"http://[{SECRET}/x",
    f"http://127.0.0.1:1/{SECRET}\n",
    f"http://127.0.0.1:1/{SECRET} x",
    f"http://127.0.0.1:1/{SECRET}é",
    f"http://127.0.0.1:99999/{SECRET}",
    f"http://127.0.0.1:-1/{SECRET}",
    f"http://user:{SECRET}@127.0.0.1:1/",
    f"http://{SECRET}{'x' * 70}/",
    f"http://{SECRET}..invalid/",
    f"http:///{SECRET}",
    f"https:{SECRET}",
    f" http://127.0.0.1:1/{SECRET}",
    f"ftp://127.0.0.1:1/{SECRET}",
    f"file:///{SECRET}",
    SECRET,
]


@pytest.mark.parametrize("address", MALFORMED)
def test_a_malformed_address_is_said_without_any_of_it(
    address: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv(WEBHOOK, address)
    outbox = Outbox(["disk full"])
    outbox.deliver(send)
    assert caplog.messages == ["alert not sent, will be tried again: NBA_ALERT_WEBHOOK is no http address"]
    assert not any(record.exc_info for record in caplog.records)
    assert outbox.state() == {"waiting": ["disk full"], "held": {}}


@pytest.mark.parametrize(
    "error", [ValueError(SECRET), OSError(SECRET), RuntimeError(f"http://{SECRET}"), UnicodeError(SECRET)]
)
def test_whatever_fails_is_said_without_the_address(error: Exception, caplog: pytest.LogCaptureFixture) -> None:
    def failing(text: str) -> None:
        raise error

    outbox = Outbox(["disk full", "and again"])
    outbox.deliver(failing)
    assert caplog.messages == [f"alert not sent, will be tried again: {type(error).__name__}"]
    assert outbox.waiting == ["disk full", "and again"]


def test_what_keeps_a_good_address_from_answering_is_said(webhook: Webhook, caplog: pytest.LogCaptureFixture) -> None:
    Outbox(["disk full"]).deliver(send)
    assert caplog.messages == ["alert not sent, will be tried again: Connection refused"]


def test_names_in_a_text_are_neither_links_nor_escape_characters(
    webhook: Webhook, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    text = "<!channel> \x1b[2J A & B\nsecond line"
    with webhook.up():
        Outbox([text]).deliver(send)
    assert webhook.texts == ["&lt;!channel&gt; \\x1b[2J A &amp; B\nsecond line"]
    monkeypatch.delenv(WEBHOOK)
    with caplog.at_level(logging.WARNING):
        Outbox([text]).deliver(send)
    assert caplog.messages == [json.loads('"<!channel> \\\\x1b[2J A & B\\nsecond line"')]


def test_an_answer_that_comes_byte_by_byte_is_given_up(
    webhook: Webhook, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Each byte is in time; Dagster gives up on the sensor before the last is there, and forgets what it sent."""
    monkeypatch.setattr("nba_assets.orchestration.alerts.outbox.SEND_SECONDS", 0.5)
    over = threading.Event()

    def answer(slow: socket.socket) -> None:
        connection, _ = slow.accept()
        with connection, suppress(OSError):
            for _ in range(60):
                if not over.wait(0.05):
                    connection.send(b"H")

    with socket.create_server(("127.0.0.1", webhook.port)) as slow:
        answering = threading.Thread(target=answer, args=(slow,), daemon=True)
        answering.start()
        outbox, started = Outbox(["disk full"]), time.monotonic()
        outbox.deliver(send)
        over.set()
        answering.join()
    assert time.monotonic() - started < 5
    assert outbox.waiting == ["disk full"]
    assert caplog.messages == ["alert not sent, will be tried again: Connection timed out"]
