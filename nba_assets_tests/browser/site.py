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
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import pytest

from nba_assets_tests.orchestration.events.play import free_port

if TYPE_CHECKING:
    from playwright.sync_api import Page

Found = TypeVar("Found")

ROOT = Path(__file__).parents[2]
SHOTS = ROOT / "build" / "browser"
LOCATION = "nba_assets"
OF_DATES = {"dagster/partition", "dagster/asset_partition_range_start"}
"""Tags of a run for a date or a range of them."""

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
    def dev(self, **settings: str) -> Iterator[str]:
        """`make dev` with some settings; the address of the UI."""
        port = free_port()
        with (self.folder / "dev.log").open("w") as log:
            running = subprocess.Popen(
                ["make", "--assume-old=.venv/installed", "dev", f"ARGS=--port {port}"],
                cwd=self.folder,
                env=self.environment | settings,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        try:
            yield answering(f"http://127.0.0.1:{port}", running, self.folder / "dev.log")
        finally:
            with suppress(ProcessLookupError, subprocess.TimeoutExpired):
                os.killpg(running.pid, signal.SIGINT)
                running.wait(30)
            with suppress(ProcessLookupError):
                os.killpg(running.pid, signal.SIGKILL)


def answering(address: str, running: subprocess.Popen[bytes], log: Path) -> str:
    """The address of a UI that is being started, once it answers."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and running.poll() is None:
        with suppress(OSError):
            urllib.request.urlopen(f"{address}/server_info", timeout=5)
            return address
        time.sleep(0.5)
    raise AssertionError(f"the UI did not start: {log.read_text()}")


@dataclass
class Site:
    """The UI in a browser; what its console complained of is kept in `errors`."""

    address: str
    page: Page
    errors: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.set_default_timeout(PATIENCE * 1000)
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
        self.page.get_by_text(text).first.wait_for()

    def shot(self, name: str) -> None:
        SHOTS.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=SHOTS / f"{name}.png")

    def open_group(self, group: str) -> list[str]:
        """Go to the graph of a group, as it is at first; the names of its tables that are seen, as they are written."""
        self.open(f"/locations/{LOCATION}/asset-groups/{group}/lineage")
        self.page.locator("svg foreignObject").first.wait_for()
        return self.names_in_the_graph()

    def names_in_the_graph(self) -> list[str]:
        """Of its boxes; names without a box are links to other groups."""
        boxes = "[...document.querySelectorAll('svg foreignObject [class*=assetName]')].map(name => name.innerText)"
        names: list[str] = self.page.evaluate(boxes)
        return [name.strip() for name in names]

    def scrolled_to(self, wanted: set[str]) -> set[str]:
        """The dates in a list, which only draws what is on the screen: those passed until all that are wanted were."""
        seen = set[str]()

        def look() -> bool:
            seen.update(re.findall(r"20\d\d-\d\d-\d\d", self.page.inner_text("body")))
            self.page.mouse.move(400, 900)  # the list is to the left of what is chosen
            self.page.mouse.wheel(0, 500)
            return wanted <= seen

        self.until(look, seconds=0.2)
        return seen

    def drawn(self) -> list[bool]:
        """Of each plot whether it has points: axes are grey, lines are not."""
        inked = """[...document.querySelectorAll('canvas')].map(plot => {
            const {data} = plot.getContext('2d').getImageData(0, 0, plot.width, plot.height)
            return data.some((blue, at) => at % 4 == 2 && blue - Math.max(data[at - 1], data[at - 2]) > 60)})"""
        plots: list[bool] = self.page.evaluate(inked)
        return plots

    def launch(self, partitions: str, button: re.Pattern[str]) -> None:
        """Press the button of the page, choose partitions in the dialog, and launch."""
        self.page.get_by_role("button", name=button).first.click()
        dialog = self.page.get_by_role("dialog")
        dialog.get_by_text("Show all partitions").click()
        chosen = dialog.locator("input").first
        chosen.fill(partitions)
        chosen.press("Enter")
        dialog.get_by_role("button", name=re.compile("^Launch")).last.click()
        dialog.wait_for(state="hidden")

    def ask(self, query: str) -> Any:
        """What the UI's server answers."""
        return self.page.request.post(f"{self.address}/graphql", data={"query": query}).json()["data"]

    def stop_sensor(self, name: str) -> None:
        where = f'repositoryName: "__repository__", repositoryLocationName: "{LOCATION}"'
        which = f'sensorSelector: {{ {where}, sensorName: "{name}" }}'
        found = self.ask(f"{{ sensorOrError({which}) {{ ... on Sensor {{ id }} }} }}")
        stopped = self.ask(f'mutation {{ stopSensor(id: "{found["sensorOrError"]["id"]}") {{ __typename }} }}')
        assert stopped["stopSensor"]["__typename"] == "StopSensorMutationResult"

    def runs(self) -> list[dict[str, Any]]:
        """The newest runs of dates first, as the page of runs asks for them: pages and readiness have no date."""
        fields = "runId status tags { key value }"
        answer = self.ask(f"{{ runsOrError(limit: 25) {{ ... on Runs {{ results {{ {fields} }} }} }} }}")
        found: list[dict[str, Any]] = answer["runsOrError"]["results"]
        return [run for run in found if OF_DATES & {tag["key"] for tag in run["tags"]}]

    def run_of(self, first: str, but: str = "") -> str:
        """The id of the one run of a date, or of a range that begins with it, once there is one; but one run."""

        def look() -> str | None:
            found = [run for run in self.runs() if run["runId"] != but and _first_date(run) == first]
            assert len(found) < 2, found
            return str(found[0]["runId"]) if found else None

        return self._once(look, f"no run of {first}")

    def status(self, run: str) -> str:
        return next(str(found["status"]) for found in self.runs() if found["runId"] == run)

    def ended(self, run: str, status: str) -> str:
        """A run, once it has ended as it should. Meanwhile no page is open: each asks the server all the time."""
        self.page.goto("about:blank")
        self.until(lambda: self.status(run) in ("SUCCESS", "FAILURE", "CANCELED"))
        assert self.status(run) == status
        return run

    def until(self, holds: Callable[[], bool], seconds: float = 2) -> None:
        self._once(lambda: holds() or None, "it did not come so", seconds)

    def _once(self, look: Callable[[], Found | None], else_: str, seconds: float = 2) -> Found:
        """What a look finds. Each is a query of the machine that the runs are to have, so there are few."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            if (found := look()) is not None:
                return found
            self.page.wait_for_timeout(1000 * seconds)
        raise AssertionError(f"{else_} within {PATIENCE} s")

    def said_in(self, run: str) -> list[str]:
        """What the steps of a run say in its log, beside what they record."""
        said = "events { ... on LogMessageEvent { message } }"
        answer = self.ask(f'{{ logsForRun(runId: "{run}") {{ ... on EventConnection {{ {said} }} }} }}')
        return [event["message"] for event in answer["logsForRun"]["events"] if event]


def _first_date(run: dict[str, Any]) -> str:
    return next(tag["value"] for tag in run["tags"] if tag["key"] in OF_DATES)
