"""A BigQuery server on loopback: local-bigquery, in an environment of its own, for the real client.

DuckDB is inside: quotas, cost and pruning are not shown by it. The environment needs Python 3.13 and is
made once, in a cache folder, by whoever asks first; `CannotBeHad` says why there is none.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from filelock import FileLock
from google.auth.credentials import AnonymousCredentials
from google.cloud import bigquery

VERSION = "0.3.2"
EXTENSIONS = ("ducklake", "icu", "spatial")
PACKAGES = (
    f"local-bigquery=={VERSION}",
    "duckdb==1.5.5",
    "sqlglot==30.30.0",
    *(f"duckdb-extension{name}==1.5.5" for name in ("s", "-ducklake", "-icu", "-spatial")),
)
STARTED_WITHIN_SECONDS = 120.0
PROGRAM = Path(__file__).with_name("server_program.py")


class CannotBeHad(Exception):  # noqa: N818 (a reason, not an error)
    """Why there is no server on this machine."""


@dataclass(frozen=True)
class LocalBigQuery:
    """A running server; any number of projects, each made by the first who names it."""

    url: str
    pid: int = 0

    def cpu_seconds(self) -> float:
        """What its process has used so far."""
        user, system = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")

    def client(self, project: str) -> bigquery.Client:
        options = {"api_endpoint": self.url}
        return bigquery.Client(project=project, credentials=AnonymousCredentials(), client_options=options)


@contextmanager
def serve(folder: Path) -> Iterator[LocalBigQuery]:
    """A server of one's own, with its data in a folder. Raises CannotBeHad."""
    root = _environment()
    rest, grpc = _free_port(), _free_port()
    python = root / "venv" / "bin" / "python"
    options = ("--host", "127.0.0.1", "--port", rest, "--grpc-port", grpc, "--project", "nba-test", "--dataset", "d0")
    command = [python, PROGRAM, *options, "--data-dir", folder, "serve"]
    settings = os.environ | {"HOME": str(root / "home")}
    log = folder.with_name(f"{folder.name}.log")
    with log.open("w") as out:
        running = subprocess.Popen(list(map(str, command)), env=settings, stdout=out, stderr=out)
    try:
        server = LocalBigQuery(f"http://127.0.0.1:{rest}", running.pid)
        _wait_for(server.url, running, log)
        yield server
    finally:
        running.terminate()
        try:
            running.wait(10)
        except subprocess.TimeoutExpired:
            running.kill()
            running.wait()


def _wait_for(url: str, running: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + STARTED_WITHIN_SECONDS
    while time.monotonic() < until:
        if running.poll() is not None:
            raise CannotBeHad(f"local-bigquery ended at once: {log.read_text()[-300:]}")
        try:
            with urlopen(f"{url}/bigquery/v2/projects", timeout=5):
                return
        except (URLError, OSError):
            time.sleep(0.05)
    raise CannotBeHad(f"local-bigquery did not answer within {STARTED_WITHIN_SECONDS:.0f} s")


def _environment() -> Path:
    """The folder of the environment: `venv`, and `home` with the extensions of the DuckDB in it."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "nba_assets"
    root = cache / f"local-bigquery-{VERSION}"
    cache.mkdir(parents=True, exist_ok=True)
    with FileLock(cache / f"{root.name}.lock"):
        if not (root / "made").exists():
            shutil.rmtree(root, ignore_errors=True)
            _make(root)
            (root / "made").touch()
    return root


def _make(root: Path) -> None:
    import_all = f"from duckdb_extensions import import_extension as get; [get(name) for name in {EXTENSIONS}]"
    python, home = root / "venv" / "bin" / "python", root / "home"
    home.mkdir(parents=True)
    for command in (
        [_python_313(), "-m", "venv", root / "venv"],
        [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *PACKAGES],
        [python, "-c", import_all],
    ):
        ended = subprocess.run(
            list(map(str, command)), env=os.environ | {"HOME": str(home)}, capture_output=True, text=True
        )
        if ended.returncode:
            raise CannotBeHad(f"{command[1:4]} failed: {ended.stderr.strip()[-300:]}")


def _python_313() -> Path:
    """The first that starts: pyenv's shim answers to the name and refuses then."""
    named = [os.environ.get("PY313"), shutil.which("python3.13"), "/usr/local/bin/python3.13", "/usr/bin/python3.13"]
    of_pyenv = sorted((Path.home() / ".pyenv" / "versions").glob("3.13.*/bin/python3.13"))
    for found in [*of_pyenv, *(Path(name) for name in named if name)]:
        if found.exists() and not subprocess.run([found, "-c", "import venv"], capture_output=True).returncode:
            return found
    raise CannotBeHad("there is no Python 3.13 (PY313 may name one)")


def _free_port() -> str:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return str(free.getsockname()[1])
