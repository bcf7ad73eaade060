"""A Postgres server of the tests' own: a temporary folder, a free port, gone with the tests."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import sqlalchemy as db

USER = "dagster"
DEBIANS = "/usr/lib/postgresql/*/bin"


def binaries() -> Path | None:
    """The folder of `initdb` and `pg_ctl`: of those on the path, else of Debian's newest; None if there are none."""
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    return max(Path("/").glob(f"{DEBIANS[1:]}"), default=None)


@dataclass
class Server:
    """A running server; anybody on this machine may log in as USER."""

    port: int
    _numbers: Iterator[int] = field(default_factory=count)

    def url(self, database: str) -> str:
        return f"postgresql+psycopg2://{USER}@127.0.0.1:{self.port}/{database}"

    def new_database(self) -> str:
        """The name of a new, empty one."""
        name = f"database_{next(self._numbers)}"
        engine = db.create_engine(self.url("postgres"), isolation_level="AUTOCOMMIT", poolclass=db.NullPool)
        with engine.connect() as connection:
            connection.execute(db.text(f"CREATE DATABASE {name}"))
        return name


@contextmanager
def running(binaries: Path) -> Iterator[Server]:
    """A server that forgets what it was told when the machine stops, which makes it fast. Stopped on the way out."""
    folder = Path(tempfile.mkdtemp(prefix="nba_postgres_"))
    as_user: dict[str, object] = {}
    if os.getuid() == 0:  # Postgres refuses to run as root
        nobody = pwd.getpwnam("nobody")
        os.chown(folder, nobody.pw_uid, nobody.pw_gid)
        as_user = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}

    def run(program: str, *arguments: str) -> None:
        command = [str(binaries / program), "-D", str(folder / "data"), *arguments]
        subprocess.run(command, check=True, cwd=folder, stdout=subprocess.DEVNULL, **as_user)

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off"
    try:
        run("initdb", "-U", USER, "--auth=trust", "--no-sync", "--locale=C", "--encoding=UTF8")
        run("pg_ctl", "-w", "-l", str(folder / "log"), "-o", options, "start")
        try:
            yield Server(port)
        finally:
            run("pg_ctl", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder)
