"""The Dagster UI of a copy of this clone, as `make dev` starts it, and the pages of it that a person walks through.

What is looked for on a page is said by the tests. Screenshots of every page looked at are kept in `build/browser`.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from nba_assets.orchestration.reports import SEASON_REPORT_JOB, SLATE_REPORT_JOB
from nba_assets_tests.orchestration.events.play import free_port

if TYPE_CHECKING:
    from playwright.sync_api import Page

ROOT = Path(__file__).parents[2]
SHOTS = ROOT / "build" / "browser"
LOCATION = "nba_assets"
PAGES = (SLATE_REPORT_JOB.name, SEASON_REPORT_JOB.name)
"""Jobs that make pages by themselves."""

PATIENCE = 300
"""Seconds that a run, a tick or a page may take on a busy machine."""

STOCK = re.compile(r"go\.apollo\.dev|favicon|preload|ResizeObserver|net::ERR_ABORTED")
"""What Dagster's own pages print in the console."""


def chromium() -> str:
    """Where the browser is; skips where there is none, or nothing to drive it."""
    pytest.importorskip("playwright", reason="Playwright is not installed")
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if found := shutil.which(name):
            return found
    pytest.skip("no Chromium on this machine: apt-get install chromium")


def copy_of_the_clone(folder: Path) -> Path:
    """What git knows of, and the environment by a link: as a fresh clone after its installation."""
    known = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(known, cwd=ROOT, capture_output=True, text=True)
    if listed.returncode:
        pytest.skip("not a clone of git's")
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    (folder / ".venv").symlink_to(ROOT / ".venv")
    return folder


@dataclass
class Clone:
    """A clone with a lake and a home of its own, and the commands that are typed in it."""

    folder: Path

    @property
    def environment(self) -> dict[str, str]:
        left_out = ("NBA_LAKE", "DAGSTER_HOME", "PYTEST_CURRENT_TEST", "MAKEFLAGS", "MAKELEVEL")
        return {name: value for name, value in os.environ.items() if name not in left_out}

    @property
    def lake(self) -> Path:
        return self.folder / "lake"

    def nba(self, *arguments: str) -> str:
        of_the_clone = {"DAGSTER_HOME": str(self.folder / "dagster_home"), "NBA_LAKE": str(self.lake)}
        ended = subprocess.run(
            [".venv/bin/nba", *arguments],
            cwd=self.folder,
            env=self.environment | of_the_clone,
            capture_output=True,
            text=True,
            timeout=2 * PATIENCE,
        )
        assert ended.returncode == 0, ended.stderr
        return ended.stdout

    @contextmanager
    def dev(self) -> Iterator[str]:
        """`make dev`; the address of the UI."""
        port = free_port()
        with (self.folder / "dev.log").open("w") as log:
            running = subprocess.Popen(
                ["make", "--assume-old=.venv/installed", "dev", f"ARGS=--port {port}"],
                cwd=self.folder,
                env=self.environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        try:
            yield _answering(f"http://127.0.0.1:{port}", running, self.folder / "dev.log")
        finally:
            with suppress(ProcessLookupError, subprocess.TimeoutExpired):
                os.killpg(running.pid, signal.SIGINT)
                running.wait(30)
            with suppress(ProcessLookupError):
                os.killpg(running.pid, signal.SIGKILL)


def _answering(address: str, running: subprocess.Popen[bytes], log: Path) -> str:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and running.poll() is None:
        with suppress(OSError):
            urllib.request.urlopen(f"{address}/server_info", timeout=5)
            return address
        time.sleep(0.5)
    raise AssertionError(f"make dev did not start: {log.read_text()}")


@dataclass
class Site:
    """The UI in a browser; what its console complained of is kept in `errors`."""

    address: str
    page: Page
    errors: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("console", lambda told: self._hear(told.type, told.text, told.location.get("url", "")))
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))

    def _hear(self, kind: str, text: str, origin: str) -> None:
        if kind == "error" and origin.startswith(self.address) and not STOCK.search(text):
            self.errors.append(text)

    def open(self, path: str, until: str | re.Pattern[str] | None = None) -> Page:
        """Go to a page and wait until it says something."""
        self.page.goto(self.address + path)
        if until:
            self.wait_for(until)
        return self.page

    def wait_for(self, text: str | re.Pattern[str]) -> None:
        self.page.get_by_text(text).first.wait_for(timeout=PATIENCE * 1000)

    def shot(self, name: str) -> None:
        SHOTS.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=SHOTS / f"{name}.png")

    def launch(self, partitions: str, button: re.Pattern[str]) -> None:
        """Press the button of the page, choose partitions in the dialog, and launch."""
        self.page.get_by_role("button", name=button).first.click()
        dialog = self.page.get_by_role("dialog")
        partitioned, confirm = dialog.get_by_text("Show all partitions"), dialog.get_by_role("button", name="Confirm")
        partitioned.or_(confirm).first.wait_for()
        if confirm.is_visible():  # a model of a month may be missing: Dagster asks
            confirm.click()
        partitioned.click()
        chosen = dialog.locator("input").first
        chosen.fill(partitions)
        chosen.press("Enter")
        dialog.get_by_role("button", name=re.compile("^Launch")).last.click()
        dialog.wait_for(state="hidden", timeout=PATIENCE * 1000)

    def runs(self) -> list[dict[str, Any]]:
        """The newest runs first, as the page of runs asks for them, but for those that make pages by themselves."""
        query = "{ runsOrError(limit: 25) { ... on Runs { results { runId status pipelineName } } } }"
        answer = self.page.request.post(f"{self.address}/graphql", data={"query": query})
        found: list[dict[str, Any]] = answer.json()["data"]["runsOrError"]["results"]
        return [run for run in found if run["pipelineName"] not in PAGES]

    def ended(self, before: set[str], status: str) -> str:
        """The one run that there was not `before`, once it has ended as it should; its id."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            new = [run for run in self.runs() if run["runId"] not in before]
            if new and all(run["status"] in ("SUCCESS", "FAILURE", "CANCELED") for run in new):
                assert [run["status"] for run in new] == [status]
                return str(new[0]["runId"])
            self.page.wait_for_timeout(500)
        raise AssertionError(f"no run ended within {PATIENCE} s")

    def run_ids(self) -> set[str]:
        return {run["runId"] for run in self.runs()}
