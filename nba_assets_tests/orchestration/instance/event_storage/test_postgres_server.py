"""A Postgres server that does not answer, or refuses: waited for and told, in one line."""

from __future__ import annotations

import logging
import os
import re
import signal
import socket
import threading
import time
from collections.abc import Iterator

import pytest
import sqlalchemy as db
from dagster._utils.interrupts import capture_interrupts

from nba_assets.orchestration.instance.event_storage import postgres_server as waits
from nba_assets.orchestration.instance.storage_files import WAIT, StorageFault
from nba_assets_tests.orchestration.instance.event_storage.server import USER, Server


@pytest.fixture(autouse=True)
def _watched(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    waits.watch()
    monkeypatch.setattr(waits, "PAUSE_SECONDS", 0.05)
    monkeypatch.setenv(WAIT, "30")
    yield
    waits._given_up.clear()


def ask(url: str, sql: str = "SELECT 1") -> object:
    engine = db.create_engine(url, poolclass=db.NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        result = connection.execute(db.text(sql))
        return result.scalar() if result.returns_rows else None


def told(url: str, sql: str = "SELECT 1") -> str:
    with pytest.raises(StorageFault) as raised:
        ask(url, sql)
    assert "\n" not in str(raised.value)
    return str(raised.value)


def _accepts(server: Server, name: str, accepts: bool) -> None:
    ask(server.url("postgres"), f"ALTER DATABASE {name} ALLOW_CONNECTIONS {accepts}")


@pytest.fixture
def closed(postgres_server: Server) -> str:
    """A database that takes no connection for now, as of a server that has not quite begun."""
    name = postgres_server.new_database()
    _accepts(postgres_server, name, False)
    return name


def test_dagsters_storages_wait_for_a_server_that_comes_back(
    postgres_server: Server, closed: str, caplog: pytest.LogCaptureFixture
) -> None:
    from nba_assets.orchestration.instance.event_storage.postgres import PostgresRunStorage

    opens = threading.Timer(1.0, _accepts, (postgres_server, closed, True))
    opens.start()
    with caplog.at_level(logging.WARNING):
        storage = PostgresRunStorage(postgres_server.url(closed))
    opens.join()
    assert storage.get_runs() == []
    assert [record.getMessage() for record in caplog.records] == [
        f'Postgres 127.0.0.1:{postgres_server.port}, database {closed}: FATAL: database "{closed}" is not currently'
        " accepting connections: waiting up to 30 s"
    ]


def test_one_that_stays_away_is_told_and_waited_for_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(WAIT, "2")
    with socket.socket() as nobody_listens:
        nobody_listens.bind(("127.0.0.1", 0))
        url = f"postgresql+psycopg2://{USER}:secret@127.0.0.1:{nobody_listens.getsockname()[1]}/history"
        begun = time.monotonic()
        first = told(url)
        meanwhile = time.monotonic()
        assert told(url) == first
    assert meanwhile - begun >= 2 > time.monotonic() - meanwhile
    assert re.search(rf"Connection refused .*: waited [2-9] s \({WAIT}\)$", first)
    assert "secret" not in first


def test_an_interrupt_that_dagster_keeps_ends_the_wait(closed: str, postgres_server: Server) -> None:
    with capture_interrupts():
        interrupts = threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT))
        interrupts.start()
        waited = re.search("waited ([0-9]+) s", told(postgres_server.url(closed)))
        assert waited
        assert int(waited[1]) < 20
        interrupts.join()


def test_what_only_a_person_can_mend_is_not_waited_for(postgres_server: Server) -> None:
    assert told(postgres_server.url("nowhere")).endswith('FATAL: database "nowhere" does not exist')


@pytest.mark.parametrize(
    ("option", "sql", "says"),
    [
        ("default_transaction_read_only=on", "CREATE TABLE runs ()", "read-only transaction"),
        ("role=pg_monitor", "CREATE TABLE runs ()", "permission denied"),
        ("statement_timeout=50", "SELECT pg_sleep(9)", "statement timeout"),
        ("", "SELECT step_key FROM pg_class", 'column "step_key" does not exist: it is laid out as another version of'),
        ("", "SELECT * FROM runs", 'relation "runs" does not exist: it is laid out as another version of Dagster'),
        ("", "SELECT pg_terminate_backend(pg_backend_pid())", "closed the connection"),
    ],
)
def test_what_a_server_refuses_says_why(postgres_server: Server, option: str, sql: str, says: str) -> None:
    options = f"?options=-c%20{option}" if option else ""
    assert says in told(postgres_server.url(postgres_server.new_database()) + options, sql)


def test_what_an_engine_adds_to_be_let_in_is_sent(postgres_server: Server) -> None:
    engine = db.create_engine(postgres_server.url("postgres"), poolclass=db.NullPool)

    @db.event.listens_for(engine, "do_connect")
    def with_token(dialect: object, record: object, arguments: object, options: dict[str, str]) -> None:
        options["application_name"] = "token"

    with engine.connect() as connection:
        assert connection.scalar(db.text("SHOW application_name")) == "token"


def test_other_errors_stay_the_drivers(postgres_server: Server) -> None:
    with pytest.raises(db.exc.ProgrammingError):
        ask(postgres_server.url("postgres"), "SELECT FROM FROM")


def test_a_connection_that_died_in_its_pool_is_made_anew(postgres_server: Server) -> None:
    engine = db.create_engine(postgres_server.url("postgres"), pool_pre_ping=True)
    with engine.connect() as connection:
        held = connection.scalar(db.text("SELECT pg_backend_pid()"))
    ask(postgres_server.url("postgres"), f"SELECT pg_terminate_backend({held})")
    with engine.connect() as connection:
        assert connection.scalar(db.text("SELECT pg_backend_pid()")) != held
    engine.dispose()
