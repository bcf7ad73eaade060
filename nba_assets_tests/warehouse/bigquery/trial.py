"""A small table on a BigQuery server, replaced through a proxy with faults, and what must be true afterwards.

`python -m nba_assets_tests.warehouse.bigquery.trial PROJECT VERSION WORK` is a process that replaces it once, on the
server that BIGQUERY_EMULATOR_HOST names.
"""

from __future__ import annotations

import os
import random
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import partial
from unittest.mock import patch

from google.auth.credentials import AnonymousCredentials
from google.cloud import bigquery

from nba_assets.contracts.calendar import Window
from nba_assets.contracts.contract import Column, Contract
from nba_assets.contracts.errors import BadInput
from nba_assets.warehouse.bigquery import jobs, load
from nba_assets.warehouse.bigquery.engine import BigQueryWarehouse
from nba_assets.warehouse.bigquery.notes import BOOKKEEPING
from nba_assets_tests.bigquery.fault_proxy import Fault, FaultProxy, Request
from nba_assets_tests.bigquery.loaded import make, table_of

DAYS = Window(date(2024, 10, 22), date(2024, 10, 24))
ROWS = 40
TABLE = Contract(
    dataset="nba_trials",
    name="versions",
    columns=(
        Column("day", "DATE", "the day", required=True),
        Column("n", "INT64", "the row", required=True),
        Column("version", "INT64", "which writing it is from", required=True),
    ),
    key=("n",),
    partition_by="day",
)
"""Every partition is `ROWS` rows that agree on `version`: anything else is a torn one."""

TIMEOUT = 60.0
PASSING = [fault for fault in Fault if fault.passes and fault is not Fault.HANGS]


@dataclass(frozen=True)
class Trial:
    """The table in a project: `direct` looks at it, past any proxy."""

    direct: bigquery.Client

    def begin(self) -> None:
        """Version 0 on all days."""
        make(self.direct, (TABLE, *BOOKKEEPING))
        replace(warehouse(self.direct), 0)

    def versions(self) -> dict[date, int]:
        """The version of each day, whole and noted once. Raises AssertionError."""
        sql = (
            f"SELECT day, COUNT(*) AS n, MIN(version) AS low, MAX(version) AS high FROM {TABLE.full_name} GROUP BY day"
        )
        rows = list(self.direct.query_and_wait(sql))
        torn = [tuple(row) for row in rows if row["n"] != ROWS or row["low"] != row["high"]]
        assert not torn, f"torn: {torn}"
        return {row["day"]: row["high"] for row in rows}

    def noted(self) -> int:
        """How many notes on partitions there are: one for each time that one was replaced."""
        (row,) = self.direct.query_and_wait("SELECT COUNT(*) AS n FROM nba_processing.partition_notes")
        return int(row["n"])

    def running(self) -> list[str]:
        """The ids of replacements under way."""
        listed = self.direct.list_jobs(state_filter="running")
        return [job.job_id for job in listed if job.job_id.startswith("nba-replace-")]


def warehouse(client: bigquery.Client, maximum_bytes_billed: int = 0) -> BigQueryWarehouse:
    return BigQueryWarehouse(lambda: client, maximum_bytes_billed=maximum_bytes_billed)


def replace(of: BigQueryWarehouse, version: int, days: Window = DAYS, work: int = 1, timeout: float = TIMEOUT) -> None:
    """Write a version of some days; the server counts to the square of `work` for each row, which takes it a while."""
    sql = (
        f"SELECT day, n, {version} + (SELECT COUNTIF(a * b < 0) FROM UNNEST(GENERATE_ARRAY(1, {work})) AS a,"
        f" UNNEST(GENERATE_ARRAY(1, {work})) AS b) AS version"
        f" FROM UNNEST(GENERATE_DATE_ARRAY(DATE '{days.start}', DATE '{days.end}')) AS day,"
        f" UNNEST(GENERATE_ARRAY(1, {ROWS})) AS n"
    )
    with of.session(timeout) as session:
        session.replace(TABLE, sql, days.dates())


def put(of: BigQueryWarehouse, version: int, days: Window = DAYS) -> None:
    """The same of rows at hand, by a load: as a model's forecasts are written, and what `nba import` reads."""
    rows = [{"day": day, "n": n, "version": version} for day in days.dates() for n in range(1, ROWS + 1)]
    with of.session(TIMEOUT) as session:
        session.put(TABLE, table_of(TABLE, rows), days.dates())


@contextmanager
def in_a_hurry(request_seconds: float = 1.0) -> Iterator[None]:
    """Waits between tries of hundredths of a second, requests that hang for no longer than a second."""
    with (
        patch.object(jobs, "REQUEST_SECONDS", request_seconds),
        patch.object(load, "REQUEST_SECONDS", request_seconds),
        patch.object(jobs, "_Patience", partial(jobs._Patience, wait=0.02)),
        patch("google.cloud.bigquery.client._MIN_GET_QUERY_RESULTS_TIMEOUT", request_seconds),
    ):
        yield


def disturbed_runs(trial: Trial, proxy: FaultProxy, seed: int, runs: int) -> list[str]:
    """Replace some days again and again, every other time by a load, each with faults drawn from the seed; what was
    lost."""
    lost: list[str] = []
    before, noted = trial.versions(), trial.noted()
    for number in range(1, runs + 1):
        chance = random.Random(f"{seed} {number}")
        first = chance.choice(DAYS.dates())
        days = Window(first, chance.choice([day for day in DAYS.dates() if day >= first]))
        wanted = before | dict.fromkeys(days.dates(), number)
        denied = chance.random() < 0.1
        proxy.seen.clear()
        proxy.choose = Draw(chance, denied)
        said = ""
        try:
            with bigquery_through(proxy.url, trial.direct.project) as client:
                (put if number % 2 else replace)(warehouse(client), number, days)
        except BadInput as error:
            said = str(error)
        except Exception as error:
            lost.append(f"seed {seed}, run {number}: {type(error).__name__}: {error}")
        wanted, writings = (before, 0) if denied else (wanted, days.days)
        if denied and "made up: accessDenied" not in said:
            lost.append(f"seed {seed}, run {number}: refused, and said {said!r}")
        if (found := trial.versions()) != wanted:
            lost.append(f"seed {seed}, run {number}: {found} in place of {wanted} after {proxy.faults}")
        if (written := (now := trial.noted()) - noted) != writings:
            lost.append(f"seed {seed}, run {number}: {written} writings in place of {writings} after {proxy.faults}")
        before, noted = found, now
    return lost


@dataclass
class Draw:
    """Which request is disturbed, and how: some share of them, or the first submission of a replacement, for good."""

    chance: random.Random
    denied: bool

    def __post_init__(self) -> None:
        self.share = self.chance.choice((0.1, 0.3, 0.5))

    def __call__(self, request: Request) -> Fault | None:
        if self.denied and request.submits and "BEGIN TRANSACTION" in request.sql:
            return Fault.DENIED
        if self.chance.random() >= self.share:
            return None
        return Fault.HANGS if self.chance.random() < 0.03 else self.chance.choice(PASSING)


@contextmanager
def bigquery_through(url: str, project: str) -> Iterator[bigquery.Client]:
    options = {"api_endpoint": url}
    client = bigquery.Client(project=project, credentials=AnonymousCredentials(), client_options=options)
    try:
        yield client
    finally:
        client.close()


def main(project: str, version: str, work: str) -> None:
    with bigquery_through(os.environ["BIGQUERY_EMULATOR_HOST"], project) as client:
        replace(warehouse(client), int(version), work=int(work))


if __name__ == "__main__":
    main(*sys.argv[1:])
