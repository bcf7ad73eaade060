"""Where messages come from: of the spool and of Pub/Sub over real gRPC the same, then what each has alone."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import pytest
from google.api_core.exceptions import NotFound
from google.cloud.pubsub_v1.publisher.futures import Future

from nba_assets.contracts.errors import BadInput, GaveWay
from nba_assets.orchestration.events import sources
from nba_assets.orchestration.events.sources import (
    DEAD_LETTER_TOPIC,
    RAW_COMPLETE_TOPIC,
    EventSource,
    PubSub,
    Spool,
    event_source,
)
from nba_assets_tests.orchestration.events.pubsub_server import ATTEMPTS, DEADLINE_SECONDS, PROJECT, Server


@dataclass(frozen=True)
class Place:
    """A source, and what a test sees and does behind its back."""

    source: EventSource
    dead_letters: Callable[[], list[tuple[bytes, str]]]
    let_leases_end: Callable[[], None]

    def send(self, *names: str) -> None:
        for name in names:
            self.source.publish(RAW_COMPLETE_TOPIC, name, f"message {name}".encode())

    def pull(self, most: int = 100) -> list[str]:
        return [received.data.decode().removeprefix("message ") for received in self.source.pull(most)]


def spooled(root: Path) -> Place:
    folder = root / DEAD_LETTER_TOPIC

    def dead_letters() -> list[tuple[bytes, str]]:
        return [(file.read_bytes(), file.with_suffix(".reason").read_text()) for file in sorted(folder.glob("*.json"))]

    return Place(Spool(root), dead_letters, lambda: None)


def published(server: Server) -> Place:
    def dead_letters() -> list[tuple[bytes, str]]:
        return [(m.data, m.attributes["reason"]) for m in server.published(DEAD_LETTER_TOPIC)]

    return Place(PubSub(PROJECT), dead_letters, lambda: server.skip(DEADLINE_SECONDS + 1))


@pytest.fixture(params=["local", "pubsub"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    return spooled(tmp_path) if request.param == "local" else published(request.getfixturevalue("server"))


def test_a_place_where_nothing_came_gives_nothing(place: Place) -> None:
    assert place.pull() == []
    place.source.acknowledge([])
    assert place.pull() == []


def test_what_is_sent_is_pulled_as_it_is_in_order(place: Place) -> None:
    place.send("1", "2", "3")
    assert place.pull() == ["1", "2", "3"]


def test_no_more_is_pulled_than_is_asked_for(place: Place) -> None:
    place.send("1", "2", "3")
    assert place.pull(2) == ["1", "2"]


def test_what_is_not_acknowledged_comes_again_and_what_is_does_not(place: Place) -> None:
    place.send("1", "2", "3")
    first, *_ = place.source.pull(100)
    place.source.acknowledge([first.receipt])
    place.let_leases_end()
    assert place.pull() == ["2", "3"]


def test_acknowledging_again_or_what_is_gone_does_nothing(place: Place) -> None:
    place.send("1", "2")
    first, _ = place.source.pull(100)
    place.source.acknowledge([first.receipt])
    place.source.acknowledge([first.receipt, "never there"])
    place.let_leases_end()
    assert place.pull() == ["2"]


def test_more_than_one_request_holds_is_pulled_and_acknowledged(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "MOST_AT_ONCE", 3)
    place.send(*"abcdefgh")
    received = place.source.pull(100)
    assert len(received) == 8
    place.source.acknowledge([r.receipt for r in received])
    place.let_leases_end()
    assert place.pull() == []


def test_a_dead_letter_keeps_its_bytes_and_its_reason(place: Place) -> None:
    place.source.publish(DEAD_LETTER_TOPIC, "a", b"\xff{", "not JSON")
    place.source.publish(DEAD_LETTER_TOPIC, "b", b"", "not JSON either")
    found = place.dead_letters()
    assert [data for data, _ in found] == [b"\xff{", b""]
    assert "not JSON" in found[0][1]
    assert place.pull() == []


def test_a_reason_of_any_length_and_letters_is_taken(place: Place) -> None:
    place.source.publish(DEAD_LETTER_TOPIC, "a", b"x", "status " + "ü" * 5000)
    ((_, reason),) = place.dead_letters()
    assert "status " in reason


def test_other_topics_do_not_come_in(place: Place) -> None:
    place.source.publish("nba-phase3-analytics-complete", "a", b"x")
    assert place.pull() == []


# The spool alone.


def test_the_spool_gives_a_date_together_whatever_came_first(tmp_path: Path) -> None:
    place = spooled(tmp_path)
    place.send("2021-11-16-1-a", "2021-11-15-2-b", "2021-11-15-1-a")
    assert place.pull() == ["2021-11-15-1-a", "2021-11-15-2-b", "2021-11-16-1-a"]


def test_acknowledged_ones_are_kept_in_done(tmp_path: Path) -> None:
    place = spooled(tmp_path)
    place.send("1")
    place.source.acknowledge([received.receipt for received in place.source.pull(1)])
    assert (tmp_path / RAW_COMPLETE_TOPIC / "done" / "1.json").read_bytes() == b"message 1"


def test_what_another_daemon_acknowledges_at_the_same_moment_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = spooled(tmp_path)
    place.send("1", "2")
    replace = os.replace

    def beaten(source: Path, target: Path) -> None:
        monkeypatch.setattr(os, "replace", replace)
        replace(source, target)
        replace(source, target)

    received = place.source.pull(2)
    monkeypatch.setattr(os, "replace", beaten)
    place.source.acknowledge([message.receipt for message in received])
    assert place.pull() == []
    assert len(list((tmp_path / RAW_COMPLETE_TOPIC / "done").iterdir())) == 2


def test_the_same_name_twice_is_one_message(tmp_path: Path) -> None:
    place = spooled(tmp_path)
    place.send("1", "1")
    assert place.pull() == ["1"]


def test_a_half_written_message_is_never_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A sender that is killed before it renames leaves what nobody takes for a message."""
    place = spooled(tmp_path)
    with monkeypatch.context() as killed:
        killed.setattr(os, "replace", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            place.send("1")
    assert any((tmp_path / RAW_COMPLETE_TOPIC).iterdir())
    assert place.pull() == []


def test_what_else_lies_in_the_spool_is_left_alone(tmp_path: Path) -> None:
    place = spooled(tmp_path)
    place.send("a name with spaces", "ümlaut", "--flag", "2")
    folder = tmp_path / RAW_COMPLETE_TOPIC
    (folder / "folder.json").mkdir()
    for name in (".hidden.json", "notes.txt", "message.json.tmp", ".2.json.77.tmp"):
        (folder / name).write_text("not for us")
    assert sorted(place.pull()) == ["--flag", "2", "a name with spaces", "ümlaut"]


# Pub/Sub alone.


def test_a_lease_holds_a_message_back_until_its_deadline(server: Server) -> None:
    place = published(server)
    place.send("1")
    assert place.pull() == ["1"]
    assert place.pull() == []
    server.skip(DEADLINE_SECONDS + 1)
    assert place.pull() == ["1"]


def test_a_message_nobody_acknowledges_ends_as_a_dead_letter_that_says_whence(server: Server) -> None:
    place = published(server)
    place.send("1")
    for _ in range(ATTEMPTS):
        assert place.pull() == ["1"]
        server.skip(DEADLINE_SECONDS + 1)
    assert place.pull() == []
    (dead,) = server.published(DEAD_LETTER_TOPIC)
    assert dead.data == b"message 1"
    assert dict(dead.attributes) == {
        "name": "1",
        "CloudPubSubDeadLetterSourceSubscription": "nba-phase3-analytics-sub",
        "CloudPubSubDeadLetterSourceDeliveryCount": str(ATTEMPTS),
    }


def test_a_pull_that_gets_no_answer_is_one_without_messages(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "PULL_SECONDS", 0.2)
    server.idle_seconds = 1
    assert published(server).pull() == []


def test_a_server_that_confirms_nothing_is_told_in_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    client = SimpleNamespace(topic_path="{}/{}".format, publish=lambda *_, **__: Future())
    monkeypatch.setattr(sources, "_publisher", lambda: client)
    monkeypatch.setattr(sources, "PUBLISH_SECONDS", 0.01)
    with pytest.raises(GaveWay, match="Pub/Sub has not confirmed a message"):
        PubSub(PROJECT).publish(RAW_COMPLETE_TOPIC, "1", b"x")


def test_an_answer_to_what_is_sent_is_waited_for_ten_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float] = []
    sent = SimpleNamespace(result=lambda timeout: waited.append(timeout))
    client = SimpleNamespace(topic_path="{}/{}".format, publish=lambda *_, **__: sent)
    monkeypatch.setattr(sources, "_publisher", lambda: client)

    PubSub(PROJECT).publish(RAW_COMPLETE_TOPIC, "1", b"x")

    assert waited == [10]


def test_a_topic_that_is_not_there_is_an_error(server: Server) -> None:
    with pytest.raises(NotFound):
        PubSub(PROJECT).publish("no-such-topic", "1", b"x")


# Which of the two.


def test_the_environment_chooses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("NBA_EVENTS", "NBA_GCP_PROJECT", "GOOGLE_CLOUD_PROJECT"):
        monkeypatch.delenv(variable, raising=False)
    assert event_source(tmp_path) == Spool(tmp_path / "_events")
    monkeypatch.setenv("NBA_EVENTS", "pubsub")
    with pytest.raises(BadInput, match="NBA_GCP_PROJECT"):
        event_source(tmp_path)
    monkeypatch.setenv("GOOGLE_CLOUD_PROJECT", "there")
    assert event_source(tmp_path) == PubSub("there")
    monkeypatch.setenv("NBA_GCP_PROJECT", "here")
    assert event_source(tmp_path) == PubSub("here")
    monkeypatch.setenv("NBA_EVENTS", "kafka")
    with pytest.raises(BadInput, match="'kafka' is neither local nor pubsub"):
        event_source(tmp_path)


def test_a_message_that_cannot_be_read_holds_up_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """As one of another user, or one that another daemon took meanwhile."""
    place = spooled(tmp_path)
    place.send("1", "2", "3")
    read = Path.read_bytes

    def refused(file: Path) -> bytes:
        if file.name in ("1.json", "2.json"):
            raise PermissionError(13, "Permission denied") if file.name == "1.json" else FileNotFoundError(file)
        return read(file)

    monkeypatch.setattr(Path, "read_bytes", refused)
    assert place.pull(1) == ["3"]
    (said,) = [record.getMessage() for record in caplog.records]
    assert said == f"{tmp_path / RAW_COMPLETE_TOPIC / '1.json'}: the message cannot be read: Permission denied"
