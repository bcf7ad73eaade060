"""Faults between client and server: refusals, lost answers, hangs. Each ends with the right rows, written once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from google.cloud import bigquery

from nba_assets.contracts.errors import BadInput
from nba_assets.warehouse.base import QueryTimeout
from nba_assets_tests.bigquery.fault_proxy import Fault, FaultProxy, Request, disturbed
from nba_assets_tests.bigquery.local_server import LocalBigQuery
from nba_assets_tests.warehouse.bigquery.trial import (
    DAYS,
    TABLE,
    Trial,
    bigquery_through,
    disturbed_runs,
    in_a_hurry,
    put,
    replace,
    warehouse,
)

pytestmark = pytest.mark.slow

RUNS, SEED = 20, 7
UNKNOWN = (Fault.ANSWER_LOST, Fault.DROPPED, Fault.HANGS)
"""What leaves the client in doubt, though the job is there."""


@pytest.fixture(scope="module")
def trial(bigquery_server: LocalBigQuery) -> Trial:
    trial = Trial(bigquery_server.client("nba-faults"))
    trial.begin()
    return trial


@pytest.fixture
def proxy(bigquery_server: LocalBigQuery) -> Iterator[FaultProxy]:
    with disturbed(bigquery_server.url) as proxy, in_a_hurry():
        yield proxy


@pytest.fixture
def client(proxy: FaultProxy, trial: Trial) -> Iterator[bigquery.Client]:
    with bigquery_through(proxy.url, trial.direct.project) as client:
        yield client


def writes(request: Request) -> bool:
    return request.submits and "BEGIN TRANSACTION" in request.sql


@pytest.mark.parametrize("fault", [fault for fault in Fault if fault.passes], ids=lambda fault: fault.name)
def test_a_submission_is_disturbed_twice(
    fault: Fault, trial: Trial, proxy: FaultProxy, client: bigquery.Client
) -> None:
    left = [fault, fault]
    version, noted = max(trial.versions().values()) + 1, trial.noted()
    proxy.choose = lambda request: left.pop() if left and writes(request) else None

    replace(warehouse(client), version)

    assert set(trial.versions().values()) == {version}
    assert trial.noted() == noted + DAYS.days, "written once"
    tries = [request.job_id for request, _ in proxy.seen if writes(request)]
    assert len(tries) == (1 if fault in UNKNOWN else 3), "what has come through is looked up by its id, not sent again"


@pytest.mark.parametrize("fault", [fault for fault in Fault if fault.passes], ids=lambda fault: fault.name)
def test_a_load_is_disturbed_twice(fault: Fault, trial: Trial, proxy: FaultProxy, client: bigquery.Client) -> None:
    left = [fault, fault]
    version, noted = max(trial.versions().values()) + 1, trial.noted()
    proxy.choose = lambda request: left.pop() if left and "/upload/" in request.path else None

    put(warehouse(client), version)

    assert not left
    assert set(trial.versions().values()) == {version}
    assert trial.noted() == noted + DAYS.days, "written once"
    assert not [of for of in trial.direct.list_tables(TABLE.dataset) if "__load_" in of.table_id]


def test_what_does_not_pass_fails_at_once(trial: Trial, proxy: FaultProxy, client: bigquery.Client) -> None:
    before = trial.versions()
    proxy.choose = lambda request: Fault.DENIED if writes(request) else None

    with pytest.raises(BadInput, match="accessDenied"):
        replace(warehouse(client), 1_000)

    assert trial.versions() == before
    assert proxy.faults == [Fault.DENIED]


def test_a_job_that_takes_too_long_is_cancelled(trial: Trial, proxy: FaultProxy, client: bigquery.Client) -> None:
    before = trial.versions()

    with pytest.raises(QueryTimeout, match="cancelled after 1 s"):
        replace(warehouse(client), 1_001, work=30_000, timeout=1)

    (written,) = [request for request in proxy.submitted if writes(request)]
    assert [request.job_id for request, _ in proxy.seen if request.cancels] == [written.job_id]
    assert trial.direct.get_job(written.job_id).error_result["reason"] == "stopped"
    assert trial.versions() == before


def test_what_is_sent_with_a_job(trial: Trial, proxy: FaultProxy, client: bigquery.Client) -> None:
    """The server minds none of it, so it is looked at on its way."""
    replace(warehouse(client, maximum_bytes_billed=10**9), max(trial.versions().values()) + 1, timeout=30)

    (written,) = [request for request in proxy.submitted if writes(request)]
    asked = written.told["configuration"]
    assert asked["jobTimeoutMs"] == "30000"
    assert asked["query"]["maximumBytesBilled"] == str(10**9)
    assert asked["labels"]["nba_table"] == "versions"
    assert asked["labels"]["nba_partition"] == f"{DAYS.start}_{DAYS.end}"
    assert written.job_id.startswith("nba-replace-nba_trials-versions-")
    ids = [request.job_id for request in proxy.submitted]
    assert len(ids) == len(set(ids))


def test_faults_at_random_end_with_the_right_rows(trial: Trial, proxy: FaultProxy) -> None:
    """Two hundred of them: `make attack ARGS=bigquery`."""
    trial.begin()

    assert disturbed_runs(trial, proxy, SEED, RUNS) == []
