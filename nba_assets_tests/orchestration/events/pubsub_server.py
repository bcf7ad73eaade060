"""A small Pub/Sub server on loopback: the real gRPC services of google-cloud-pubsub, messages in memory.

What the project uses and no more: topics, pull subscriptions with a deadline and a dead-letter policy, publish, pull,
acknowledge. For tests only.
`python -m nba_assets_tests.orchestration.events.pubsub_server PORT` serves until it is ended.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent import futures
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import grpc
from google.protobuf import empty_pb2
from google.pubsub_v1 import types

from nba_assets.orchestration.events.sources import (
    DEAD_LETTER_TOPIC,
    RAW_COMPLETE_SUBSCRIPTION,
    RAW_COMPLETE_TOPIC,
)

PROJECT = "nba-test"
TOPICS = (
    RAW_COMPLETE_TOPIC,
    DEAD_LETTER_TOPIC,
    "nba-phase3-analytics-complete",
    "nba-phase4-precompute-complete",
)
DEADLINE_SECONDS = 600
ATTEMPTS = 5
MOST_ATTRIBUTE_BYTES = 1024


class Refused(Exception):  # noqa: N818 (it is the server's answer, not a fault of its own)
    def __init__(self, code: grpc.StatusCode, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass
class _Message:
    message: types.PubsubMessage
    lease: str = ""
    """Whoever pulled it acknowledges by this."""
    ends_at: float = 0.0
    attempts: int = 0


@dataclass
class _Subscription:
    settings: types.Subscription
    waiting: list[_Message] = field(default_factory=list)


@dataclass
class Server:
    """Topics, subscriptions and their messages; `idle_seconds` is how long an empty pull waits for one."""

    idle_seconds: float = 0.05
    topics: dict[str, list[types.PubsubMessage]] = field(default_factory=dict)
    subscriptions: dict[str, _Subscription] = field(default_factory=dict)
    lock: threading.RLock = field(default_factory=threading.RLock)
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))
    _skipped: float = 0.0

    def skip(self, seconds: float) -> None:
        """Let time pass: what is leased for less comes again."""
        self._skipped += seconds

    def published(self, topic: str) -> list[types.PubsubMessage]:
        with self.lock:
            return list(self.topics[f"projects/{PROJECT}/topics/{topic}"])

    def left(self) -> int:
        """How many raw-complete messages nobody has acknowledged."""
        with self.lock:
            return len(self._subscription(f"projects/{PROJECT}/subscriptions/{RAW_COMPLETE_SUBSCRIPTION}").waiting)

    # The published services, by their own names.

    def CreateTopic(self, request: types.Topic) -> types.Topic:  # noqa: N802
        self.topics.setdefault(request.name, [])
        return request

    def CreateSubscription(self, request: types.Subscription) -> types.Subscription:  # noqa: N802
        self._topic(request.topic)
        self.subscriptions[request.name] = _Subscription(request)
        return request

    def Publish(self, request: types.PublishRequest) -> types.PublishResponse:  # noqa: N802
        self._topic(request.topic)
        return types.PublishResponse(message_ids=[self._publish(request.topic, m) for m in request.messages])

    def Pull(self, request: types.PullRequest) -> types.PullResponse:  # noqa: N802
        until = time.monotonic() + self.idle_seconds
        while True:
            with self.lock:
                leased = self._lease(self._subscription(request.subscription), request.max_messages)
            if leased or time.monotonic() >= until:
                return types.PullResponse(received_messages=leased)
            time.sleep(0.01)

    def Acknowledge(self, request: types.AcknowledgeRequest) -> empty_pb2.Empty:  # noqa: N802
        subscription, leases = self._subscription(request.subscription), set(request.ack_ids)
        subscription.waiting = [m for m in subscription.waiting if m.lease not in leases]
        return empty_pb2.Empty()

    def _topic(self, name: str) -> list[types.PubsubMessage]:
        if name not in self.topics:
            raise Refused(grpc.StatusCode.NOT_FOUND, f"Resource not found (resource={name.split('/')[-1]}).")
        return self.topics[name]

    def _subscription(self, name: str) -> _Subscription:
        if name not in self.subscriptions:
            raise Refused(grpc.StatusCode.NOT_FOUND, f"Resource not found (resource={name.split('/')[-1]}).")
        return self.subscriptions[name]

    def _publish(self, topic: str, message: types.PubsubMessage) -> str:
        if any(len(value.encode()) > MOST_ATTRIBUTE_BYTES for value in message.attributes.values()):
            raise Refused(grpc.StatusCode.INVALID_ARGUMENT, "An attribute value is too long.")
        message.message_id = str(next(self._numbers))
        self._topic(topic).append(message)
        for subscription in self.subscriptions.values():
            if subscription.settings.topic == topic:
                subscription.waiting.append(_Message(message))
        return message.message_id

    def _lease(self, subscription: _Subscription, most: int) -> list[types.ReceivedMessage]:
        now = time.monotonic() + self._skipped
        free = [m for m in subscription.waiting if m.ends_at <= now]
        for given_up in [m for m in free if m.attempts >= ATTEMPTS]:
            subscription.waiting.remove(given_up)
            self._give_up(subscription.settings, given_up)
        leased = [m for m in free if m.attempts < ATTEMPTS][:most]
        for message in leased:
            message.lease = f"lease-{next(self._numbers)}"
            message.ends_at = now + subscription.settings.ack_deadline_seconds
            message.attempts += 1
        return [types.ReceivedMessage(ack_id=m.lease, message=m.message) for m in leased]

    def _give_up(self, settings: types.Subscription, message: _Message) -> None:
        if topic := settings.dead_letter_policy.dead_letter_topic:
            told = {
                "CloudPubSubDeadLetterSourceSubscription": settings.name.split("/")[-1],
                "CloudPubSubDeadLetterSourceDeliveryCount": str(message.attempts),
            }
            attributes = {**message.message.attributes, **told}
            self._publish(topic, types.PubsubMessage(data=message.message.data, attributes=attributes))


def _unary(server: Server, call: Callable[[Any], Any], request: Any, answer: Any) -> grpc.RpcMethodHandler:
    def handle(given: Any, context: grpc.ServicerContext) -> Any:
        try:
            if call == server.Pull:  # it waits, and others may publish meanwhile
                return call(given)
            with server.lock:
                return call(given)
        except Refused as refused:
            context.abort(refused.code, str(refused))

    serialize = answer.serialize if answer else empty_pb2.Empty.SerializeToString
    return grpc.unary_unary_rpc_method_handler(handle, request.deserialize, serialize)


@contextmanager
def serve(port: int = 0) -> Iterator[tuple[str, Server]]:
    """A server with the project's topics and subscription: its address, and what is behind it."""
    server = Server()
    publisher = {
        "CreateTopic": _unary(server, server.CreateTopic, types.Topic, types.Topic),
        "Publish": _unary(server, server.Publish, types.PublishRequest, types.PublishResponse),
    }
    subscriber = {
        "CreateSubscription": _unary(server, server.CreateSubscription, types.Subscription, types.Subscription),
        "Pull": _unary(server, server.Pull, types.PullRequest, types.PullResponse),
        "Acknowledge": _unary(server, server.Acknowledge, types.AcknowledgeRequest, None),
    }
    listening = grpc.server(futures.ThreadPoolExecutor(8), options=[("grpc.so_reuseport", 0)])
    listening.add_generic_rpc_handlers(
        (
            grpc.method_handlers_generic_handler("google.pubsub.v1.Publisher", publisher),
            grpc.method_handlers_generic_handler("google.pubsub.v1.Subscriber", subscriber),
        )
    )
    address = f"127.0.0.1:{listening.add_insecure_port(f'127.0.0.1:{port}')}"
    for topic in TOPICS:
        server.CreateTopic(types.Topic(name=f"projects/{PROJECT}/topics/{topic}"))
    server.CreateSubscription(
        types.Subscription(
            name=f"projects/{PROJECT}/subscriptions/{RAW_COMPLETE_SUBSCRIPTION}",
            topic=f"projects/{PROJECT}/topics/{RAW_COMPLETE_TOPIC}",
            ack_deadline_seconds=DEADLINE_SECONDS,
            dead_letter_policy={"dead_letter_topic": f"projects/{PROJECT}/topics/{DEAD_LETTER_TOPIC}"},
        )
    )
    listening.start()
    try:
        yield address, server
    finally:
        listening.stop(0).wait()


if __name__ == "__main__":
    with serve(int(sys.argv[1])):
        threading.Event().wait()
