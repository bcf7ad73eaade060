"""Jobs on BigQuery, against an API in memory: what is tried again, what is not, and that nothing runs twice."""

from __future__ import annotations

import ast
from collections.abc import Callable
from decimal import Decimal
from io import BytesIO
from pathlib import Path

import pyarrow as pa
import pytest
import requests.exceptions
from google.api_core import exceptions
from google.cloud.bigquery import LoadJobConfig

import nba_assets
from nba_assets.contracts.errors import BadInput
from nba_assets.warehouse.base import QueryFailed, QueryTimeout, TransientError
from nba_assets.warehouse.bigquery import jobs
from nba_assets.warehouse.bigquery.jobs import Jobs, new_id
from nba_assets.warehouse.process import this_process
from nba_assets_tests.warehouse.bigquery.fake_api import (
    FakeApi,
    FakeJob,
    Fault,
    fails,
    loses_the_answer,
    refused,
    refuses,
    runs_on,
)

CUT = requests.exceptions.ConnectionError("connection reset")


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """A clock that only waiting moves, and the waits."""
    waited: list[float] = []
    monkeypatch.setattr(jobs.time, "monotonic", lambda: sum(waited))
    monkeypatch.setattr(jobs.time, "sleep", waited.append)
    return waited


def run(api: FakeApi, timeout: float = 600.0) -> jobs.Answer:
    return Jobs(api, 10**9).run("SELECT 1", "nba-test", {"nba_table": "t"}, timeout)  # type: ignore[arg-type]


def load(api: FakeApi) -> None:
    Jobs(api).load(BytesIO(), "p.d.t", LoadJobConfig(), "nba-load", 600.0)  # type: ignore[arg-type]


SENT = pytest.mark.parametrize("send", [run, load], ids=["query", "load"])
"""Both are jobs."""


def test_a_job_carries_its_limits_and_labels_and_says_what_it_took(waits: list[float]) -> None:
    api = FakeApi()

    answer = run(api, 30.0)

    (job,) = api.jobs.values()
    assert (job.config.job_timeout_ms, job.config.maximum_bytes_billed) == ("30000", 10**9)
    assert job.config.labels == {"nba_table": "t"}
    assert (answer.job.bytes_processed, answer.job.slot_ms, answer.job.id) == (7, 11, job.job_id)
    assert job.job_id in answer.job.link
    assert job.job_id.startswith("nba-test-")
    assert answer.rows.to_pylist() == [{"n": 1}]


def test_numbers_have_as_many_decimals_as_they_need() -> None:
    rows = pa.table(
        {
            "share": pa.array([Decimal("0.123"), None, Decimal("1.5")], pa.decimal128(38, 9)),
            "whole": pa.array([Decimal(7)] * 3, pa.decimal128(38, 9)),
            "long": pa.array([Decimal("0.000000001")] * 3, pa.decimal128(38, 9)),
            "team": ["BOS", "NYK", "LAL"],
        }
    )

    found = jobs.trimmed(rows)

    assert [str(value) for value in found["share"].to_pylist()] == ["0.123", "None", "1.500"]
    assert [str(found[name][0].as_py()) for name in ("whole", "long", "team")] == ["7", "1E-9", "BOS"]
    assert found.column_names == rows.column_names


def test_a_dry_run_says_what_would_be_read_and_asks_again_for_what_passes(waits: list[float]) -> None:
    api = FakeApi([refuses(refused(403, "rateLimitExceeded"))])

    assert Jobs(api).dry_run("SELECT 1") == 7  # type: ignore[arg-type]

    (job,) = api.jobs.values()
    assert (job.config.dry_run, job.config.use_query_cache) == (True, False)
    assert len(api.sent) == 2
    with pytest.raises(QueryFailed, match="Syntax error"):
        Jobs(FakeApi([refuses(refused(400, "invalidQuery", "Syntax error"))])).dry_run("SELEC")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "fault",
    [
        refuses(refused(403, "rateLimitExceeded")),
        refuses(refused(403, "quotaExceeded")),
        refuses(refused(429, "")),
        fails("backendError", "an internal error"),
        fails("jobRateLimitExceeded", "too many"),
        fails("invalidQuery", "Could not serialize access to table p:d.t due to concurrent update"),
        fails("invalidQuery", "Transaction is aborted due to concurrent update against table p:d.t"),
    ],
)
def test_what_passes_is_tried_again_as_another_job(fault: Fault, waits: list[float]) -> None:
    api = FakeApi([fault, fault])

    run(api)

    assert len(set(api.sent)) == 3
    assert 0.5 <= waits[0] <= 1 <= waits[1] <= 2


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (refuses(refused(400, "invalidQuery", "Syntax error")), QueryFailed),
        (fails("invalidQuery", "Syntax error"), QueryFailed),
        (fails("bytesBilledLimitExceeded", "Query exceeded limit for bytes billed"), QueryFailed),
        (fails("stopped", "Job execution was cancelled: User requested cancellation"), QueryFailed),
        (fails("stopped", "Job execution was cancelled: Job timed out after 600s"), QueryTimeout),
        (fails("notFound", "Not found: Table p:d.t"), BadInput),
        (refuses(refused(403, "accessDenied")), BadInput),
    ],
)
def test_anything_else_fails_at_once(fault: Fault, error: type[Exception], waits: list[float]) -> None:
    api = FakeApi([fault])

    with pytest.raises(error):
        run(api)
    assert len(api.sent) == 1
    assert not waits


@pytest.mark.parametrize("error", [CUT, refused(503, "backendError"), requests.exceptions.ReadTimeout()])
@SENT
def test_a_job_of_which_no_answer_came_is_looked_up_and_not_sent_again(
    send: Callable[[FakeApi], object], error: Exception, waits: list[float]
) -> None:
    api = FakeApi([loses_the_answer(error)])

    send(api)

    assert len(api.sent) == len(api.jobs) == 1


def test_one_that_did_not_arrive_is_sent_again_under_its_id(waits: list[float]) -> None:
    api = FakeApi([refuses(CUT)])

    run(api)

    assert len(api.sent) == 2
    assert len(set(api.sent)) == 1


def test_one_that_arrived_late_is_followed_and_does_not_run_twice(waits: list[float]) -> None:
    api = FakeApi([loses_the_answer(CUT)], [exceptions.NotFound("not yet")])

    run(api)

    assert len(api.sent) == 2
    assert len(api.jobs) == 1


def test_polls_that_are_not_answered_are_asked_again(waits: list[float]) -> None:
    api = FakeApi([runs_on], [CUT, exceptions.ServiceUnavailable("no"), refused(403, "rateLimitExceeded")])

    with pytest.raises(QueryTimeout, match="cancelled after 20 s"):
        run(api, 20.0)
    assert api.cancelled == api.sent


@pytest.mark.parametrize("error", [CUT, TimeoutError(), refused(403, "quotaExceeded")])
def test_rows_that_do_not_come_are_asked_for_again_and_the_job_is_not_sent_again(
    error: Exception, waits: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    api, left = FakeApi(), [error]

    def result(job: FakeJob, **_: object) -> FakeJob:
        if left:
            raise left.pop()
        return job

    monkeypatch.setattr(FakeJob, "result", result)

    assert run(api).rows.num_rows == 1
    assert len(api.sent) == 1


def test_it_gives_up_after_a_while(waits: list[float]) -> None:
    api = FakeApi([refuses(refused(403, "quotaExceeded", "Quota exceeded"))] * 100)

    with pytest.raises(TransientError, match="Quota exceeded"):
        run(api)
    assert sum(waits) <= jobs.RETRY_SECONDS
    assert max(waits) <= jobs.LONGEST_WAIT_SECONDS
    assert len(api.sent) > 10


@pytest.mark.parametrize("interruption", [KeyboardInterrupt, SystemExit])
@SENT
def test_an_interruption_cancels_the_job(
    send: Callable[[FakeApi], object], interruption: type[BaseException], monkeypatch: pytest.MonkeyPatch
) -> None:
    api = FakeApi([runs_on])

    def interrupt(_: float) -> None:
        raise interruption

    monkeypatch.setattr(jobs.time, "sleep", interrupt)
    with pytest.raises(interruption):
        send(api)
    assert api.cancelled == api.sent


def test_jobs_of_dead_processes_are_cancelled_and_those_of_living_ones_waited_for(
    waits: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    api = FakeApi([runs_on, runs_on, runs_on])
    mine, other = new_id("nba-replace-d-t"), new_id("nba-replace-d-t_2")
    dead = mine.replace(this_process().replace(".", "__"), "nowhere__1__2")
    for job_id in (dead, other):
        api.query("", None, job_id)  # type: ignore[arg-type]
    monkeypatch.setattr(jobs, "is_gone", lambda name: name == "nowhere.1.2")

    Jobs(api).settle("nba-replace-d-t", 10.0)  # type: ignore[arg-type]
    assert api.cancelled == [dead]

    api.query("", None, mine)  # type: ignore[arg-type]
    with pytest.raises(TransientError, match="still running"):
        Jobs(api).settle("nba-replace-d-t", 10.0)  # type: ignore[arg-type]


def test_who_may_not_list_jobs_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """`roles/bigquery.jobUser` may not."""
    api = FakeApi([runs_on])
    api.query("", None, new_id("nba-replace-d-t"))  # type: ignore[arg-type]

    def denied(**_: object) -> list[FakeJob]:
        raise refused(403, "accessDenied")

    monkeypatch.setattr(api, "list_jobs", denied)
    Jobs(api).settle("nba-replace-d-t", 10.0)  # type: ignore[arg-type]


ASKS = ("get_", "list_", "create_", "update_", "delete_", "load_", "cancel_", "query")
"""What the methods of Google's client begin with that send a request."""


def test_no_request_may_take_for_ever() -> None:
    """The client's own limit is none: an answer that never comes would hold a step until somebody ends it. Nor has what
    it asks for `exists_ok`."""
    sources = [
        file
        for file in Path(nba_assets.__file__).parent.rglob("*.py")
        if "google.cloud import bigquery" in file.read_text()
    ]
    asked = [(file.name, call) for file in sources for call in ast.walk(ast.parse(file.read_text())) if _asks(call)]

    assert len(asked) > 10
    words = {(name, call.lineno): {word.arg for word in call.keywords} for name, call in asked}
    assert [at for at, given in words.items() if "timeout" not in given or "exists_ok" in given] == []


def _asks(node: ast.AST) -> bool:
    """Whether it is a call of a client's that sends a request."""
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr.startswith(ASKS)):
        return False
    return ast.unparse(node.func.value).rpartition(".")[2] == "client"
