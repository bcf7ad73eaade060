"""A proxy with faults: between the real client and a BigQuery server, it refuses, loses, drops and hangs as it is told.

It keeps what was asked, so that a test can say what was sent. Two things it does as BigQuery: the conflict of two
transactions is told in its words, and a job is cancelled however early that is asked. Which requests are disturbed, and
how, is the test's.
"""

from __future__ import annotations

import http.client
import json
import re
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from enum import Enum
from functools import cached_property
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit


class Fault(Enum):
    """What happens to a request: whether the server gets it, and what the client gets, if anything."""

    RATE_LIMITED = (False, 403, "rateLimitExceeded")
    QUOTA = (False, 403, "quotaExceeded")
    TOO_MANY = (False, 429, "tooManyRequests")
    UNAVAILABLE = (False, 503, "backendError")
    LOST = (False, 0, "")
    """The connection ends before the server hears of it."""
    ANSWER_LOST = (True, 503, "backendError")
    """The server does it, and the client is told that it may not have."""
    DROPPED = (True, 0, "")
    """The server does it, and the connection ends without an answer."""
    HANGS = (True, -1, "")
    """The server does it, and nothing comes back for longer than a client should wait."""
    CONFLICT = (True, None, "")
    """The script that is submitted is stopped in favour of another one's transaction; other requests are answered."""
    DENIED = (False, 403, "accessDenied")
    """No fault that passes."""

    @property
    def arrives(self) -> bool:
        return self.value[0]

    @property
    def passes(self) -> bool:
        return self is not Fault.DENIED


@dataclass(frozen=True)
class Request:
    """What the client sent."""

    method: str
    path: str
    body: bytes
    headers: Mapping[str, str]

    @property
    def submits(self) -> bool:
        """Whether it starts a job."""
        return self.method == "POST" and urlsplit(self.path).path.endswith(("/jobs", "/queries"))

    @property
    def cancels(self) -> bool:
        return self.method == "POST" and urlsplit(self.path).path.endswith("/cancel")

    @cached_property
    def told(self) -> dict[str, Any]:
        """The job that is asked for: its reference and its configuration."""
        return json.loads(self.body or b"{}")

    @property
    def job_id(self) -> str:
        """Of the job that it starts, or is about."""
        if self.submits:
            return (self.told.get("jobReference") or {}).get("jobId") or self.told.get("requestId") or ""
        parts = urlsplit(self.path).path.split("/")
        return parts[parts.index("jobs" if "jobs" in parts else "queries") + 1] if len(parts) > 6 else ""

    @property
    def sql(self) -> str:
        return self.told.get("configuration", self.told).get("query", {}).get("query", "") if self.submits else ""


Choose = Callable[[Request], Fault | None]


@dataclass
class FaultProxy:
    """A running proxy. `choose` is asked for each request; `seen` are all, with what was done to them. What reaches the
    server is what `reworded` makes of a request."""

    url: str
    choose: Choose = lambda request: None
    reworded: Callable[[Request], Request] = lambda request: request
    seen: list[tuple[Request, Fault | None]] = field(default_factory=list)
    closing: threading.Event = field(default_factory=threading.Event)

    @property
    def submitted(self) -> list[Request]:
        """The requests for jobs that arrived."""
        return [request for request, fault in self.seen if request.submits and (fault is None or fault.arrives)]

    @property
    def faults(self) -> list[Fault]:
        return [fault for _, fault in self.seen if fault]


@contextmanager
def disturbed(upstream: str) -> Iterator[FaultProxy]:
    """A proxy before a server, by its address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    proxy = FaultProxy(f"http://127.0.0.1:{server.server_address[1]}")
    server.proxy, server.upstream = proxy, urlsplit(upstream)  # type: ignore[attr-defined]
    serving = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    serving.start()
    try:
        yield proxy
    finally:
        proxy.closing.set()
        server.shutdown()
        server.server_close()
        serving.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Any

    def do_GET(self) -> None:
        request = self._received()
        proxy: FaultProxy = self.server.proxy
        fault = proxy.choose(request)
        proxy.seen.append((request, fault))
        asked = stopped(request) if fault is Fault.CONFLICT and request.sql else proxy.reworded(request)
        answer = None if fault and not fault.arrives else self._asked(asked)
        if request.cancels and answer:
            threading.Thread(target=self._cancel_for_certain, args=[request], daemon=True).start()
        _, status, reason = fault.value if fault else (True, None, "")
        if status is None:
            assert answer
            self._answer(*answer)
            return
        if status > 0:
            self._answer(status, {"Content-Type": "application/json"}, _refusal(status, reason))
            return
        if status < 0:
            proxy.closing.wait(600)
        self.close_connection = True
        with suppress(OSError):  # the client has hung up before
            self.connection.shutdown(socket.SHUT_RDWR)

    do_POST = do_PUT = do_PATCH = do_DELETE = do_GET  # noqa: N815

    def _received(self) -> Request:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        return Request(self.command, self.path, body, dict(self.headers))

    def _asked(self, request: Request) -> tuple[int, dict[str, str], bytes]:
        """The server's answer, in BigQuery's words."""
        connection = http.client.HTTPConnection(self.server.upstream.netloc)
        try:
            kept = {name: value for name, value in request.headers.items() if name.lower() not in _OF_ONE_CONNECTION}
            connection.request(request.method, request.path, request.body or None, kept)
            answer = connection.getresponse()
            told = {name: value for name, value in answer.getheaders() if name.lower() not in _OF_ONE_CONNECTION}
            return answer.status, told, in_bigquerys_words(answer.read())
        finally:
            connection.close()

    def _cancel_for_certain(self, request: Request) -> None:
        """A script that is still being read does not hear the server's interruption: it is told until it has ended."""
        look = Request("GET", request.path.replace("/cancel", ""), b"", {})
        while not self.server.proxy.closing.wait(0.3):
            _, _, told = self._asked(look)
            if json.loads(told).get("status", {}).get("state", "DONE") == "DONE":
                return
            self._asked(request)

    def _answer(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        with suppress(ConnectionError):  # the client has given up
            self.end_headers()
            self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """What was asked is kept in `seen`."""


def stopped(request: Request) -> Request:
    """The same, of a script that does nothing but end as one whose transaction is aborted."""
    return with_sql(request, f"SELECT ERROR('{CONFLICT} made:up.table')")


def with_sql(request: Request, sql: str) -> Request:
    """The same, of another script."""
    told = request.told
    changed = told.get("configuration", told)["query"] | {"query": sql}
    body = told | {"configuration": told["configuration"] | {"query": changed}} if "configuration" in told else changed
    return replace(request, body=json.dumps(body).encode())


_OF_ONE_CONNECTION = {"connection", "keep-alive", "transfer-encoding", "content-length", "accept-encoding"}


def _refusal(status: int, reason: str) -> bytes:
    """An error as BigQuery writes it."""
    told = {"message": f"made up: {reason}", "reason": reason, "domain": "global"}
    return json.dumps({"error": {"code": status, "message": told["message"], "errors": [told]}}).encode()


CONFLICT = "Transaction is aborted due to concurrent update against table"
_DUCKLAKES = re.compile(r"[Tt]ransaction conflict|Conflict on|Failed to commit DuckLake transaction")


def in_bigquerys_words(body: bytes) -> bytes:
    """DuckLake and BigQuery each abort one of two transactions that change the same rows, with a text of its own."""
    if not _DUCKLAKES.search(body.decode(errors="replace")):
        return body
    return json.dumps(_reworded(json.loads(body))).encode()


def _reworded(told: Any) -> Any:
    if isinstance(told, dict):
        return {key: _reworded(value) for key, value in told.items()}
    if isinstance(told, list):
        return [_reworded(value) for value in told]
    return f"Query error: {CONFLICT} made:up.table" if isinstance(told, str) and _DUCKLAKES.search(told) else told
