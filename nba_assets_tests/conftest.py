"""What the tests of how tables run stand on: a small simulated lake, made once, of which each test has its own copy.

And what the tests of what is in them stand on: the two real seasons, built once, where they are there.
"""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from filelock import FileLock

from nba_assets.contracts.calendar import Window
from nba_assets.orchestration.processes.garbage import loading
from nba_assets.simulate import write
from nba_assets.tables.registry import tables
from nba_assets.warehouse.duckdb import DuckDBWarehouse
from nba_assets.warehouse.ingest import ingest
from nba_assets.warehouse.lake import Lake
from nba_assets_tests.build import build_rows, lake_of
from nba_assets_tests.shared import BOTH_SEASONS, SHARED, views_of

if TYPE_CHECKING:
    from nba_assets_tests.bigquery.local_server import LocalBigQuery


SETTINGS = Path(__file__).parents[1] / "dagster_home" / "dagster.yaml"

LONGEST = (
    "known_when/test_real.py",
    "events/test_daemon.py",
    "test_determinism.py",
    "test_stock_dagster.py",
    "browser/test_ui.py",
    "cli/test_on_bigquery.py",
    "bigquery/test_compiles.py",
    "cli/test_upgrade.py",
    "cli/test_app.py",
    "bigquery/test_same_rows_on_server.py",
    "backfill/test_processes.py",
)
"""The files that take minutes, begun first and in this order, so that at the end no process waits for one of them."""


def pytest_configure() -> None:
    """Hear Ctrl-C, and have what tests start hear it: started in the background of a script, neither does."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """As in the processes of steps: what tests load is not looked through for garbage, time and again."""
    with loading():
        return (yield)


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Where slow tests alone are asked for, files without one need not be loaded, which each process would do."""
    if config.option.markexpr == "slow" and collection_path.suffix == ".py":
        return "mark.slow" not in collection_path.read_text() or None
    return None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    def place(item: pytest.Item) -> int:
        return next((n for n, name in enumerate(LONGEST) if str(item.path).endswith(name)), len(LONGEST))

    items.sort(key=place)


def _made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """A folder that all test processes of one run share, made whole by the first that asks."""
    root = _base(factory) / name
    with FileLock(root.with_suffix(".lock")):
        if not root.exists():
            unfinished = root.with_name(f"{name}_unfinished")
            make(unfinished)
            unfinished.rename(root)
    return root


@pytest.fixture(scope="session")
def simulated_lake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """22 to 27 October 2024, simulated: made by the first test process that asks, not to be written to."""

    def make(lake: Path) -> None:
        raw = lake.with_name("simulated_raw")
        write(raw, 2024, seed=7, days=6)
        ingest(raw, Lake(lake))

    return _made_once(tmp_path_factory, "simulated_lake", make)


@pytest.fixture(scope="session")
def conformed_lake(simulated_lake: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The simulated lake with the conformed tables of all its days, not to be written to."""

    def make(lake: Path) -> None:
        shutil.copytree(simulated_lake, lake, copy_function=os.link)
        build_rows(DuckDBWarehouse(Lake(lake)), SIMULATED_DAYS, [t for t in tables() if t.group == "conformed"])

    return _made_once(tmp_path_factory, "conformed_lake", make)


@pytest.fixture(scope="session")
def filled(simulated_lake: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The simulated lake after `nba backfill` of all its days, and the day off before: `lake`, `home`, and what the
    command `printed` and `complained` of, in a folder that is not to be written to."""

    def make(place: Path) -> None:
        shutil.copytree(simulated_lake, place / "lake", copy_function=os.link)
        (place / "home").mkdir()
        shutil.copy(SETTINGS, place / "home")
        settings = {"NBA_LAKE": str(place / "lake"), "DAGSTER_HOME": str(place / "home")}
        days = ("--start", str(DAY_OFF), "--end", str(SIMULATED_DAYS.end))
        command = [sys.executable, "-m", "nba_assets", "backfill", *days]
        done = subprocess.run(command, cwd=place, env=os.environ | settings, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        assert "Dagster has changed" not in done.stderr
        (place / "printed").write_text(done.stdout)
        (place / "complained").write_text(done.stderr)

    return _made_once(tmp_path_factory, "filled", make)


SIMULATED_DAYS = Window(date(2024, 10, 22), date(2024, 10, 27))
DAY_OFF = date(2024, 10, 21)
"""The one before them."""


def _base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that all test processes of one run share."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


@pytest.fixture(scope="session")
def real_warehouse(tmp_path_factory: pytest.TempPathFactory) -> DuckDBWarehouse:
    """The two real seasons, all tables: made by the first test process that asks, not to be written to."""
    base = _base(tmp_path_factory)
    with FileLock(base / "real_lake.lock"):
        return lake_of(SHARED / "raw", base / "real_lake", BOTH_SEASONS)


@pytest.fixture(scope="module")
def ask(real_warehouse: DuckDBWarehouse) -> Iterator[Any]:
    """Answers SQL about the two real seasons, every table under its bare name."""
    with views_of(real_warehouse.lake.root) as connection:
        yield lambda sql: connection.execute(sql).fetchall()


@pytest.fixture
def lake(simulated_lake: Path, tmp_path: Path) -> Path:
    """The simulated lake as a test's own. Its files are links, which is safe because files are replaced by rename."""
    return Path(shutil.copytree(simulated_lake, tmp_path / "lake", copy_function=os.link))


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty DAGSTER_HOME, set up as the project's own."""
    home = tmp_path / "home"
    home.mkdir()
    shutil.copy(SETTINGS, home)
    monkeypatch.setenv("DAGSTER_HOME", str(home))
    return home


@pytest.fixture(scope="session")
def bigquery_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalBigQuery]:
    """A BigQuery server for this test process, where one can be had; each test takes a project of its own in it."""
    from nba_assets_tests.bigquery.local_server import CannotBeHad, serve

    with ExitStack() as open_:
        try:
            server = open_.enter_context(serve(tmp_path_factory.mktemp("bigquery") / "data"))
        except CannotBeHad as why:
            pytest.skip(f"no BigQuery server: {why}")
        yield server


@pytest.fixture
def project(bigquery_server: LocalBigQuery, monkeypatch: pytest.MonkeyPatch) -> str:
    """A BigQuery project of a test's own, which the settings name."""
    name = f"nba-{secrets.token_hex(4)}"
    monkeypatch.setenv("NBA_WAREHOUSE", "bigquery")
    monkeypatch.setenv("NBA_BIGQUERY_PROJECT", name)
    monkeypatch.setenv("BIGQUERY_EMULATOR_HOST", bigquery_server.url)
    return name
