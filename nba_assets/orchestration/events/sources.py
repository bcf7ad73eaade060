"""Sources of messages, behind one interface: Google Cloud Pub/Sub, or a spool directory under the lake.

| variable | meaning | default |
|---|---|---|
| NBA_EVENTS | pubsub or local | local |
| NBA_GCP_PROJECT | the project of topics and subscription | GOOGLE_CLOUD_PROJECT |

A message stays with its source until it is acknowledged. What it means is no business of this module.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any, Protocol

from nba_assets.contracts.errors import BadInput, GaveWay
from nba_assets.contracts.printable import printable
from nba_assets.warehouse.scratch import replacing

RAW_COMPLETE_TOPIC = "nba-phase2-raw-complete"
RAW_COMPLETE_SUBSCRIPTION = "nba-phase3-analytics-sub"
DEAD_LETTER_TOPIC = f"{RAW_COMPLETE_TOPIC}-dlq"

PULL_SECONDS = 3.0
PUBLISH_SECONDS = 10.0
MOST_ATTRIBUTE_BYTES = 1024
MOST_AT_ONCE = 1000
"""Messages of one request: the most that Pub/Sub gives and acknowledges at once."""

log = logging.getLogger("nba_assets.events")


@dataclass(frozen=True)
class Received:
    """A message as it came: `receipt` is what it is acknowledged by."""

    receipt: str
    data: bytes


class EventSource(Protocol):
    """A queue of raw-complete messages, and topics to publish to."""

    def pull(self, most: int) -> list[Received]:
        """Up to `most` messages that nobody has acknowledged, oldest first as far as the source knows."""
        ...

    def acknowledge(self, receipts: Sequence[str]) -> None:
        """Take messages off the queue, for good. Receipts that are gone are passed over."""
        ...

    def publish(self, topic: str, name: str, data: bytes, reason: str | None = None) -> None:
        """Send a message; the same `name` twice on one topic is one message where the source can tell."""
        ...


def event_source(lake: Path) -> EventSource:
    """The source that NBA_EVENTS names. Raises BadInput."""
    match os.environ.get("NBA_EVENTS") or "local":
        case "local":
            return Spool(lake / "_events")
        case "pubsub":
            project = os.environ.get("NBA_GCP_PROJECT") or os.environ.get("GOOGLE_CLOUD_PROJECT")
            if not project:
                raise BadInput("NBA_EVENTS=pubsub needs NBA_GCP_PROJECT, the project of the topics")
            return PubSub(project)
        case name:
            raise BadInput(f"NBA_EVENTS: {name!r} is neither local nor pubsub")


@dataclass(frozen=True)
class Spool:
    """A folder for each topic under `root`, a file for each message; acknowledged ones move into `done/`."""

    root: Path

    def pull(self, most: int) -> list[Received]:
        return list(islice(self._readable(), most))

    def _readable(self) -> Iterator[Received]:
        """What one cannot read, as of another user, holds up no other: it stays where it is, and that is said."""
        for file in self._waiting():
            try:
                yield Received(file.name, file.read_bytes())
            except FileNotFoundError:
                continue  # another daemon's by now
            except OSError as error:
                log.warning("%s: the message cannot be read: %s", printable(str(file)), error.strerror)

    def acknowledge(self, receipts: Sequence[str]) -> None:
        waiting, done = self.root / RAW_COMPLETE_TOPIC, self.root / RAW_COMPLETE_TOPIC / "done"
        done.mkdir(parents=True, exist_ok=True)
        for receipt in receipts:
            with suppress(FileNotFoundError):
                os.replace(waiting / receipt, done / receipt)

    def publish(self, topic: str, name: str, data: bytes, reason: str | None = None) -> None:
        folder = self.root / topic
        folder.mkdir(parents=True, exist_ok=True)
        if reason is not None:
            _place(folder / f"{name}.reason", json.dumps({"reason": reason}).encode())
        _place(folder / f"{name}.json", data)

    def _waiting(self) -> list[Path]:
        """By name, which begins with the date: so the tables of one date come together."""
        return sorted(file for file in (self.root / RAW_COMPLETE_TOPIC).glob("[!.]*.json") if file.is_file())


def _place(file: Path, data: bytes) -> None:
    """Whoever pulls finds a whole message or none."""
    with replacing(file, file.parent) as temporary:
        temporary.write_bytes(data)


@dataclass(frozen=True)
class PubSub:
    """The subscription `nba-phase3-analytics-sub`, pulled, and the topics of `project`.

    PUBSUB_EMULATOR_HOST points the client elsewhere, as for any Google client.
    """

    project: str

    def pull(self, most: int) -> list[Received]:
        from google.api_core.exceptions import DeadlineExceeded

        received: dict[str, Received] = {}
        with _subscriber() as client:
            path = client.subscription_path(self.project, RAW_COMPLETE_SUBSCRIPTION)
            while len(received) < most:
                wanted = min(most - len(received), MOST_AT_ONCE)
                try:
                    answer = client.pull(subscription=path, max_messages=wanted, timeout=PULL_SECONDS, retry=None)
                except DeadlineExceeded:
                    break
                if not answer.received_messages:
                    break
                received |= {m.ack_id: Received(m.ack_id, m.message.data) for m in answer.received_messages}
        return list(received.values())

    def acknowledge(self, receipts: Sequence[str]) -> None:
        with _subscriber() as client:
            path = client.subscription_path(self.project, RAW_COMPLETE_SUBSCRIPTION)
            for some in _chunks(receipts, MOST_AT_ONCE):
                client.acknowledge(subscription=path, ack_ids=some)

    def publish(self, topic: str, name: str, data: bytes, reason: str | None = None) -> None:
        client = _publisher()
        attributes = {"name": name} | ({"reason": _shortened(reason)} if reason is not None else {})
        sent = client.publish(client.topic_path(self.project, topic), data, **attributes)
        try:
            sent.result(timeout=PUBLISH_SECONDS)
        except TimeoutError as error:  # which has no words of its own
            raise GaveWay(f"Pub/Sub has not confirmed a message for {topic} within {PUBLISH_SECONDS:.0f} s") from error


def _shortened(text: str) -> str:
    """As much as an attribute may hold, which is counted in bytes."""
    return text.encode(errors="replace")[:MOST_ATTRIBUTE_BYTES].decode(errors="ignore")


@cache
def _publisher() -> Any:
    """One client for the process: each has a connection and a thread of its own."""
    import google.cloud.pubsub_v1 as pubsub_v1

    return pubsub_v1.PublisherClient()


@contextmanager
def _subscriber() -> Iterator:
    import google.cloud.pubsub_v1 as pubsub_v1

    with pubsub_v1.SubscriberClient() as client:
        yield client


def _chunks(items: Sequence[str], size: int) -> Iterable[Sequence[str]]:
    return (items[start : start + size] for start in range(0, len(items), size))
