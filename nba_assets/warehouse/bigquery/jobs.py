"""BigQuery jobs: one statement, script or load sent, waited for, cancelled, retried, and looked up by its id.

Every attempt is a job with an id of its own. An answer that does not come says nothing about the job: it is asked for
by its id, and sent again under the same id if there is none, so that nothing runs twice at once. What passes is tried
again, what does not fails at once. The text of a script is not said here.
"""

from __future__ import annotations

import random
import re
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property, partial
from typing import IO, Any, TypeVar

import pyarrow as pa
import requests.exceptions
from google.api_core import exceptions
from google.auth import exceptions as auth
from google.cloud import bigquery

from nba_assets.contracts.errors import BadInput
from nba_assets.contracts.printable import one_line
from nba_assets.warehouse.base import Job, QueryFailed, QueryTimeout, TransientError
from nba_assets.warehouse.process import is_gone, this_process

REQUEST_SECONDS = 60.0
"""One request to the API may take so long."""

CANCEL_SECONDS = 10.0

RETRY_SECONDS = 600.0
"""So long an attempt is followed by another one, from the first on."""

LONGEST_WAIT_SECONDS = 60.0

LONGEST_POLL_SECONDS = 2.0

NO_RETRY: Any = None
"""What the client's own retries are switched off by; its types do not know."""

T = TypeVar("T")

Send = Callable[[str], Any]
"""Sends a job, a query or a load, under an id, and gives it as the API has it."""

_REASONS = {
    "rateLimitExceeded",
    "quotaExceeded",
    "backendError",
    "internalError",
    "badGateway",
    "jobBackendError",
    "jobInternalError",
    "jobRateLimitExceeded",
}
_CONFLICT = re.compile(r"could not serialize|concurrent update|transaction is aborted|\bconflict\b", re.IGNORECASE)
"""What a transaction is told that another one has stopped: it is sent again whole."""

_MENDED_BY_USERS = {"notFound", "accessDenied"}
_CUT_OFF = (
    requests.exceptions.ConnectionError,
    requests.exceptions.ChunkedEncodingError,
    requests.exceptions.Timeout,
    ConnectionError,
    TimeoutError,
    auth.TransportError,
)


class _Passing(Exception):  # noqa: N818 - it is told by the exceptions of the interface
    """An attempt failed for a reason that passes."""


@dataclass
class _Patience:
    """Waits between tries: twice as long each time, up to a limit and a deadline, with jitter."""

    until: float
    wait: float = 1.0

    def pause(self, error: Exception) -> None:
        """Raises TransientError where there is no time left."""
        wait = self.wait * random.uniform(0.5, 1)
        if time.monotonic() + wait > self.until:
            raise TransientError(_told(error)) from error
        time.sleep(wait)
        self.wait = min(LONGEST_WAIT_SECONDS, self.wait * 2)


@dataclass(frozen=True)
class Answer:
    """What a job gave, and the job."""

    rows: pa.Table
    job: Job


@dataclass(frozen=True)
class Jobs:
    """The jobs of one client."""

    client: bigquery.Client
    maximum_bytes_billed: int = 0
    dataset: str = ""
    """A data set whose location is that of all jobs, where the client has none of its own."""
    retry_seconds: float = RETRY_SECONDS

    @cached_property
    def location(self) -> str | None:
        """Where jobs are looked up; without it the API finds those of the US and the EU only."""
        own: str | None = self.client.location
        if own or not self.dataset:
            return own
        with _said_plainly(), suppress(exceptions.NotFound):
            found: str | None = self.asked(
                lambda: self.client.get_dataset(self.dataset, retry=NO_RETRY, timeout=REQUEST_SECONDS)
            ).location
            return found
        return None

    def run(self, sql: str, name: str, labels: Mapping[str, str], timeout: float, *, wants_rows: bool = True) -> Answer:
        """Run a statement or script, until it has ended well; its ids begin with `name`.

        Raises QueryTimeout, TransientError, QueryFailed for what will not pass, and BadInput for what a user can mend.
        If it is interrupted the job is cancelled.
        """
        config = bigquery.QueryJobConfig(labels=dict(labels), use_legacy_sql=False)
        config.job_timeout_ms = round(timeout * 1000)
        if self.maximum_bytes_billed:
            config.maximum_bytes_billed = self.maximum_bytes_billed

        def send(job_id: str) -> bigquery.QueryJob:
            return self.client.query(
                sql,
                config,
                job_id,
                location=self.location,
                retry=NO_RETRY,
                job_retry=NO_RETRY,
                timeout=REQUEST_SECONDS,
            )

        def taken(job: bigquery.QueryJob) -> Answer:
            rows = self.asked(lambda: _rows(job)) if wants_rows else None
            return Answer(rows if rows is not None else pa.table({}), _job(job))

        return self._tried(send, taken, name, timeout)

    def load(self, file: IO[bytes], table: str, config: bigquery.LoadJobConfig, name: str, timeout: float) -> None:
        """Load a file into a table, until that has ended well. Raises as `run` does; so it is cancelled."""

        def send(job_id: str) -> bigquery.LoadJob:
            return self.client.load_table_from_file(
                file,
                table,
                rewind=True,
                num_retries=0,
                job_id=job_id,
                location=self.location,
                job_config=config,
                timeout=REQUEST_SECONDS,
            )

        self._tried(send, lambda job: None, name, timeout)

    def _tried(self, send: Send, taken: Callable[[Any], T], name: str, timeout: float) -> T:
        """What is taken from a job that has ended well, of as many attempts as it takes."""
        patience = _Patience(time.monotonic() + self.retry_seconds)
        while True:
            with _said_plainly():
                try:
                    return self._attempt(send, taken, new_id(name), timeout, patience)
                except _Passing as error:
                    patience.pause(error)

    def _attempt(self, send: Send, taken: Callable[[Any], T], job_id: str, timeout: float, patience: _Patience) -> T:
        try:
            job = self._ended(self._submitted(send, job_id, patience), timeout)
            _require_good(job, timeout)
            return taken(job)
        except _Passing:
            raise
        except BaseException as error:
            if not isinstance(error, QueryFailed | BadInput):  # which have ended
                self.cancel(job_id)
            raise

    def _submitted(self, send: Send, job_id: str, patience: _Patience) -> Any:
        """The job, once the API has it for certain."""
        while True:
            try:
                return send(job_id)
            except exceptions.Conflict as error:  # an earlier try has come through
                with suppress(exceptions.NotFound):  # and may not be seen yet
                    return self._looked_up(job_id)
                patience.pause(error)
            except (*_CUT_OFF, exceptions.ServerError) as error:
                with suppress(exceptions.NotFound):
                    return self._looked_up(job_id)
                patience.pause(error)
            except exceptions.GoogleAPICallError as error:
                raise _sorted(error) from error

    def _looked_up(self, job_id: str) -> Any:
        """A job as the API has it now. Raises NotFound, and TransientError if the API does not answer for long."""
        return self.asked(
            lambda: self.client.get_job(job_id, location=self.location, retry=NO_RETRY, timeout=REQUEST_SECONDS)
        )

    def asked(self, ask: Callable[[], T]) -> T:
        """The answer of a request that changes nothing, asked until it comes."""
        patience = _Patience(time.monotonic() + self.retry_seconds)
        while True:
            try:
                return ask()
            except (*_CUT_OFF, exceptions.ServerError, exceptions.TooManyRequests) as error:
                patience.pause(error)
            except exceptions.Forbidden as error:
                if not isinstance(found := _sorted(error), _Passing):
                    raise found from error
                patience.pause(error)

    def done(self, do: Callable[[], T]) -> T:
        """What is done by a request that may come twice, tried until it is. Raises as `run` does."""
        with _said_plainly():
            return self.asked(do)

    def _ended(self, job: Any, timeout: float) -> Any:
        """The job when it has ended. Raises QueryTimeout."""
        until, wait = time.monotonic() + timeout, 0.05
        while job.state != "DONE":
            if time.monotonic() > until:
                raise QueryTimeout(f"cancelled after {timeout:.0f} s")
            time.sleep(min(wait, LONGEST_POLL_SECONDS))
            wait *= 1.5
            job = self._looked_up(job.job_id)
        return job

    def dry_run(self, sql: str) -> int:
        """The bytes that a query would read, which is not run."""
        config = bigquery.QueryJobConfig(dry_run=True, use_query_cache=False, use_legacy_sql=False)
        with _said_plainly():
            job = self.asked(
                lambda: self.client.query(
                    sql,
                    config,
                    new_id("nba-dry-run"),
                    location=self.location,
                    retry=NO_RETRY,
                    job_retry=None,
                    timeout=REQUEST_SECONDS,
                )
            )
        return int(job.total_bytes_processed or 0)

    def cancel(self, job_id: str) -> None:
        """Cancel a job if it can be: whoever asks is on the way out."""
        with suppress(Exception):
            self.client.cancel_job(job_id, location=self.location, retry=NO_RETRY, timeout=CANCEL_SECONDS)

    def settle(self, name: str, timeout: float) -> None:
        """Wait until no job whose id begins with `name` is left over from others; of dead processes they are cancelled.

        Raises TransientError for one that runs on.
        """
        with _said_plainly():
            until = time.monotonic() + timeout
            for job_id, owner in self._running(name):
                if is_gone(owner):
                    self.cancel(job_id)
                try:
                    self._ended(self._looked_up(job_id), max(0.0, until - time.monotonic()))
                except QueryTimeout as error:
                    raise TransientError(f"the job {job_id} of {owner} is still running") from error
                except exceptions.NotFound:
                    pass

    def _running(self, name: str) -> Iterator[tuple[str, str]]:
        """Jobs under way and who sent them; none where none may be seen: transactions stop one another all the same."""
        since = datetime.now(UTC) - timedelta(days=1)
        listed: list[Any] = []
        with suppress(BadInput):
            for state in ("pending", "running"):
                listed += self.asked(partial(self._listed, state, since))
        for job in listed:
            if job.job_id.startswith(f"{name}-") and "-" in (rest := job.job_id.removeprefix(f"{name}-")):
                yield job.job_id, rest.rpartition("-")[0].replace("__", ".")

    def _listed(self, state: str, since: datetime) -> list[Any]:
        jobs = self.client.list_jobs(
            state_filter=state, min_creation_time=since, retry=NO_RETRY, timeout=REQUEST_SECONDS
        )
        return list(jobs)


def new_id(name: str) -> str:
    """An id that no job has had: what it does, the process that sends it, and something random."""
    process = re.sub(r"[^\w-]", "_", this_process().replace(".", "__"), flags=re.ASCII)
    return f"{name}-{process}-{uuid.uuid4().hex[:12]}"


def _rows(job: bigquery.QueryJob) -> pa.Table:
    """The rows of a job that has ended, asked for once: the client's own patience is another than ours."""
    return trimmed(job.result(retry=NO_RETRY, timeout=REQUEST_SECONDS).to_arrow(create_bqstorage_client=False))


def trimmed(rows: pa.Table) -> pa.Table:
    """Rows with as many decimals as a column's numbers need: an answer has nine for each NUMERIC."""
    for place, column in enumerate(rows.schema):
        if pa.types.is_decimal128(column.type):
            for scale in range(column.type.scale):
                with suppress(pa.ArrowInvalid):  # which is what it says of digits that would be lost
                    rows = rows.set_column(place, column.name, rows[place].cast(pa.decimal128(38, scale)))
                    break
    return rows


def _require_good(job: Any, timeout: float) -> None:
    if not (error := job.error_result):
        return
    reason, message = str(error.get("reason")), str(error.get("message"))
    if reason == "stopped":
        if re.search(r"timed? ?out", message, re.IGNORECASE):
            raise QueryTimeout(f"cancelled after {timeout:.0f} s")
        raise QueryFailed(f"{one_line(message)} ({_link(job)})")
    raise _of_reason(reason, f"{one_line(message)} ({_link(job)})")


def _sorted(error: exceptions.GoogleAPICallError) -> Exception:
    """What a request was refused for, as one of ours."""
    reasons = [str(found.get("reason")) for found in error.errors if isinstance(found, dict)]
    if isinstance(error, exceptions.TooManyRequests | exceptions.ServerError):
        return _Passing(_told(error))
    return _of_reason(reasons[0] if reasons else "", _told(error))


def _of_reason(reason: str, told: str) -> Exception:
    if reason in _REASONS or _CONFLICT.search(told):
        return _Passing(told)
    return BadInput(told) if reason in _MENDED_BY_USERS else QueryFailed(told)


@contextmanager
def _said_plainly() -> Iterator[None]:
    """What the client raises by itself, as one of ours."""
    try:
        yield
    except auth.RefreshError as error:
        raise BadInput(f"no valid credentials for Google: {_told(error)}") from error
    except (*_CUT_OFF, exceptions.RetryError) as error:
        raise TransientError(_told(error)) from error
    except exceptions.GoogleAPICallError as error:
        found = _sorted(error)
        raise (TransientError(str(found)) if isinstance(found, _Passing) else found) from error


def _told(error: Exception) -> str:
    return one_line(str(getattr(error, "message", "") or error) or type(error).__name__)


def _job(job: bigquery.QueryJob) -> Job:
    took = (job.total_bytes_processed, job.slot_millis, job.num_dml_affected_rows)
    return Job(job.job_id, _link(job), *(int(number or 0) for number in took))


def _link(job: Any) -> str:
    """Where the job, a query or a load, is shown."""
    place = f"project={job.project}&j=bq:{job.location}:{job.job_id}"
    return f"https://console.cloud.google.com/bigquery?{place}&page=queryresults"
