"""An API of BigQuery in memory, as the client's library shows it: jobs with ids, and failures in a given order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import IO, Any

import pyarrow as pa
from google.api_core import exceptions
from google.cloud.bigquery import QueryJobConfig

ROWS = pa.table({"n": [1]})


@dataclass
class FakeJob:
    job_id: str
    sql: str
    config: QueryJobConfig
    state: str = "DONE"
    error_result: dict[str, str] | None = None
    project: str = "p"
    location: str = "US"
    total_bytes_processed: int | None = 7
    slot_millis: int | None = 11
    num_dml_affected_rows: int | None = None

    def result(self, **_: object) -> FakeJob:
        return self

    def to_arrow(self, **_: object) -> pa.Table:
        return ROWS


Fault = Callable[["FakeApi", FakeJob], None]
"""What happens to a job that is sent: it may be kept or not, and an error raised or not."""


@dataclass
class FakeApi:
    """Of `faults` one is for each job that is sent, in order; after them all goes well."""

    faults: list[Fault] = field(default_factory=list)
    polls: list[Exception] = field(default_factory=list)
    jobs: dict[str, FakeJob] = field(default_factory=dict)
    sent: list[str] = field(default_factory=list)
    cancelled: list[str] = field(default_factory=list)
    location: str = "US"
    project: str = "p"

    def query(self, sql: str, config: QueryJobConfig, job_id: str, **_: object) -> FakeJob:
        self.sent.append(job_id)
        if job_id in self.jobs:
            raise exceptions.Conflict("Already Exists: Job")
        job = FakeJob(job_id, sql, config)
        if self.faults:
            self.faults.pop(0)(self, job)
        self.jobs[job_id] = job
        return job

    def load_table_from_file(
        self, file: IO[bytes], table: str, *, job_id: str, job_config: Any, **_: object
    ) -> FakeJob:
        return self.query("", job_config, job_id)

    def get_job(self, job_id: str, **_: object) -> FakeJob:
        if self.polls:
            raise self.polls.pop(0)
        if job_id not in self.jobs:
            raise exceptions.NotFound("Not found: Job")
        return self.jobs[job_id]

    def cancel_job(self, job_id: str, **_: object) -> None:
        self.cancelled.append(job_id)
        if job_id in self.jobs:
            self.jobs[job_id].state = "DONE"

    def list_jobs(self, state_filter: str, **_: object) -> list[FakeJob]:
        return [job for job in self.jobs.values() if job.state == state_filter.upper()]


def refuses(error: Exception) -> Fault:
    """The job is not kept."""

    def fault(api: FakeApi, job: FakeJob) -> None:
        raise error

    return fault


def loses_the_answer(error: Exception) -> Fault:
    """The job is kept, and its sender does not learn of it."""

    def fault(api: FakeApi, job: FakeJob) -> None:
        api.jobs[job.job_id] = job
        raise error

    return fault


def fails(reason: str, message: str) -> Fault:
    """The job is kept, and ends so."""

    def fault(api: FakeApi, job: FakeJob) -> None:
        job.error_result = {"reason": reason, "message": message}

    return fault


def runs_on(api: FakeApi, job: FakeJob) -> None:
    """The job is kept, and does not end."""
    job.state = "RUNNING"


def refused(code: int, reason: str, message: str = "no") -> Any:
    """An answer of the API that is none."""
    return exceptions.from_http_status(code, message, errors=[{"reason": reason, "message": message}])
