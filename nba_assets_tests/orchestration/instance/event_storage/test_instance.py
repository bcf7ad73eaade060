"""The instance files that select the batching event logs, and what is said where the extra for Postgres is missing."""

from __future__ import annotations

import importlib
import subprocess
import sys
from pathlib import Path

import dagster as dg
import pytest
import yaml

from nba_assets.contracts.errors import BadInput
from nba_assets.orchestration.instance.event_storage import BatchingSqliteEventLogStorage, batches
from nba_assets_tests.orchestration.instance.event_storage.given import range_run
from nba_assets_tests.orchestration.instance.event_storage.server import USER, Server

HOME = Path(__file__).parents[4] / "dagster_home"
STORAGES = ("run_storage", "event_log_storage", "schedule_storage")
MODULE = "nba_assets.orchestration.instance.event_storage.postgres"


def _instance_file(home: Path, without: tuple[str, ...] = ()) -> dict[str, object]:
    said = yaml.safe_load((home / "dagster.yaml").read_text())
    return {key: value for key, value in said.items() if key not in without}


@pytest.fixture
def production(postgres_server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """DAGSTER_HOME has the settings for Postgres, their variables set to an empty database."""
    settings = {
        "HOST": "127.0.0.1",
        "PORT": str(postgres_server.port),
        "DB": postgres_server.new_database(),
        "USERNAME": USER,
        "PASSWORD": "any",
    }
    for name, value in settings.items():
        monkeypatch.setenv(f"DAGSTER_PG_{name}", value)
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))
    (tmp_path / "dagster.yaml").write_text((HOME / "postgres" / "dagster.yaml").read_text())


def test_the_project_selects_it(home: Path) -> None:
    with dg.DagsterInstance.get() as instance:
        assert type(instance.event_log_storage) is BatchingSqliteEventLogStorage


def _failures(instance: dg.DagsterInstance) -> list[str]:
    """The runs of which whoever starts failed runs again sees that they have failed."""
    found = instance.event_log_storage.get_logs_for_all_runs_by_log_id(-1, dg.DagsterEventType.RUN_FAILURE)
    return [event.run_id for event in found.values()]


def test_a_failure_is_told_once_the_runs_status_says_so(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run is started again by who sees both; the event comes first, and is looked at once."""
    with dg.DagsterInstance.get() as instance:
        runs = [instance.add_run(dg.DagsterRun("job", status=dg.DagsterRunStatus.STARTED)) for _ in range(2)]
        with monkeypatch.context() as between:
            between.setattr(instance.run_storage, "handle_run_event", lambda *_: None)
            event = instance.report_run_failed(runs[0])
            assert _failures(instance) == []
            instance.report_run_failed(runs[1])
        instance.run_storage.handle_run_event(runs[1].run_id, event)
        assert _failures(instance) == [], "each in its turn"
        instance.run_storage.handle_run_event(runs[0].run_id, event)
        assert _failures(instance) == [run.run_id for run in runs]


def test_a_failure_that_no_status_follows_holds_up_no_others(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with dg.DagsterInstance.get() as instance:
        run = instance.add_run(dg.DagsterRun("job", status=dg.DagsterRunStatus.STARTED))
        monkeypatch.setattr(instance.run_storage, "handle_run_event", lambda *_: None)
        instance.report_run_failed(run)
        monkeypatch.setattr(batches, "TELLING_SECONDS", 0.0)
        assert _failures(instance) == [run.run_id]


@pytest.mark.usefixtures("production")
def test_production_selects_it_and_runs() -> None:
    from nba_assets.orchestration.instance.event_storage.postgres import BatchingPostgresEventLogStorage

    with dg.DagsterInstance.get() as instance:
        assert type(instance.event_log_storage) is BatchingPostgresEventLogStorage
        assert instance.get_run_by_id(range_run(instance)).status == dg.DagsterRunStatus.SUCCESS
        assert len(instance.get_materialized_partitions(dg.AssetKey("offense"))) == 3


def test_production_differs_in_its_storage_alone() -> None:
    assert _instance_file(HOME / "postgres", STORAGES) == _instance_file(HOME, STORAGES)


@pytest.mark.usefixtures("production")
def test_a_missing_extra_is_told_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, MODULE, raising=False)
    monkeypatch.setitem(sys.modules, "dagster_postgres", None)
    with pytest.raises(BadInput, match=r"^Dagster's storage in Postgres .* pip install 'nba_assets\[postgres\]'$"):
        importlib.import_module(MODULE)
    with pytest.raises(BadInput, match="needs an extra"):
        dg.DagsterInstance.get()


@pytest.mark.slow
def test_nothing_else_needs_the_extra_and_loading_warns_of_nothing() -> None:
    missing = "import sys; sys.modules['dagster_postgres'] = sys.modules['psycopg2'] = None"
    load = f"{missing}; import nba_assets.definitions, nba_assets.cli.app"
    done = subprocess.run([sys.executable, "-W", "error", "-c", load], capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
