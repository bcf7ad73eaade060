"""The instance at DAGSTER_HOME: our settings where there are none, and one line where there are wrong ones."""

from __future__ import annotations

import os
import re
import tempfile
from pathlib import Path
from types import SimpleNamespace

import dagster as dg
import pytest
from typer.testing import CliRunner

from nba_assets.cli import app as cli
from nba_assets.contracts.errors import BadInput, GaveWay
from nba_assets.orchestration.instance.compute_logs import StepLogManager
from nba_assets.orchestration.instance.event_storage import BatchingSqliteEventLogStorage
from nba_assets.orchestration.instance.launcher import WatchfulRunLauncher
from nba_assets.orchestration.instance.opening import (
    MOVED,
    SETTINGS,
    check_place,
    check_settings,
    instance_at_home,
    settings,
)
from nba_assets.orchestration.instance.storage_files import StorageFault
from nba_assets.warehouse.process import this_process
from nba_assets.warehouse.scratch import PREFIX
from nba_assets_tests.warehouse.ended import ended_process

ROOT = Path(__file__).parents[3]


@pytest.fixture
def somewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A DAGSTER_HOME that is not there yet."""
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def test_without_settings_the_packages_are_put_there(somewhere: Path) -> None:
    with instance_at_home() as instance:
        assert type(instance.event_log_storage) is BatchingSqliteEventLogStorage
        assert type(instance.compute_log_manager) is StepLogManager
        assert type(instance.run_launcher) is WatchfulRunLauncher
    assert (somewhere / SETTINGS).read_text() == settings()
    assert {file.name for file in somewhere.iterdir()} >= {SETTINGS, "history"}


def test_without_a_home_it_is_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DAGSTER_HOME", "")
    with instance_at_home() as instance:
        assert Path(instance.root_directory) == tmp_path / "dagster_home"
    assert os.environ["DAGSTER_HOME"] == str(tmp_path / "dagster_home")


def test_what_a_killed_run_has_left_for_temporary_files_goes(
    somewhere: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where the command then finds all built, and so writes nothing there itself."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    left, living = (tmp_path / f"{PREFIX}{process}.x" for process in (ended_process(), this_process()))
    for folder in (left, living):
        folder.mkdir()
    with instance_at_home():
        assert not left.exists()
        assert living.exists()


def test_settings_that_are_there_are_kept(somewhere: Path) -> None:
    somewhere.mkdir()
    (somewhere / SETTINGS).write_text("telemetry: {enabled: false}\n")
    with instance_at_home() as instance:
        assert type(instance.event_log_storage) is not BatchingSqliteEventLogStorage
    assert (somewhere / SETTINGS).read_text() == "telemetry: {enabled: false}\n"


def test_settings_that_lead_nowhere_are_told(somewhere: Path) -> None:
    """A checkout's are a link into it, which they still are in a copy of the folder elsewhere."""
    somewhere.mkdir()
    (somewhere / SETTINGS).symlink_to("../nba_assets/dagster.yaml")
    with (
        pytest.raises(BadInput, match="is a link that leads nowhere: put the settings in its place"),
        instance_at_home(),
    ):
        pass


@pytest.mark.parametrize("name", ["", "postgres"])
def test_the_repositorys_settings_are_the_packages(name: str) -> None:
    ours = ROOT / "nba_assets" / "orchestration" / "instance" / name / SETTINGS
    assert (ROOT / "dagster_home" / name / SETTINGS).resolve() == ours
    check_settings(ours.parent)


@pytest.mark.parametrize("old", MOVED)
def test_settings_that_name_an_old_module_are_told_the_new_one(old: str, somewhere: Path) -> None:
    somewhere.mkdir()
    (somewhere / SETTINGS).write_text(f"run_launcher:\n  module: {old}\n  class: Any\n")
    with pytest.raises(BadInput) as told, instance_at_home():
        pass
    assert str(told.value) == f"{somewhere / SETTINGS}: run_launcher: module {old} has moved: write {MOVED[old]}"
    assert not (somewhere / "history").exists()


_POSTGRES = (
    "event_log_storage: {module: nba_assets.orchestration.instance.event_storage.postgres,"
    " class: BatchingPostgresEventLogStorage"
)
_IN_POSTGRES = f"{_POSTGRES}, config: {{postgres_db: {{hostname: db, username: nba, db_name: dagster"

WRONG = {
    "a module that there is not": (
        "compute_logs: {module: nba_assets.nowhere, class: Any}",
        "compute_logs: module nba_assets.nowhere cannot be imported: No module named 'nba_assets.nowhere'",
    ),
    "a class that there is not": (
        "compute_logs: {module: nba_assets.orchestration.instance.compute_logs, class: StepLogger}",
        "compute_logs: module nba_assets.orchestration.instance.compute_logs has no class StepLogger",
    ),
    "a part of a part": (
        "storage: {custom: {module: nowhere.at.all, class: Any}}",
        "storage.custom: module nowhere.at.all cannot be imported: No module named 'nowhere'",
    ),
    "no YAML": ("run_launcher: [", "cannot be read: no YAML at line 1, column"),
    "no YAML beside a secret": ('password: "CANARY', "cannot be read: no YAML at line 1, column"),
    "an alias for a secret": ("password: *CANARY", "cannot be read: no YAML at line 1, column 11"),
    "no names but a list": ("- run_launcher", "Expected YAML"),
    "a class that is none": ("run_launcher: {module: os, class: path}", "os.path is nothing that Dagster's settings"),
    "a number for a class": ("run_launcher: {module: os, class: 6}", "run_launcher: module os has no class 6"),
    "a number that is none": ("run_monitoring: {poll_interval_seconds: often}", 'Value "often"'),
    "what Dagster does not know": ("run_monitorings: {enabled: true}", "run_monitorings"),
    "a password that is a number": (
        f"{_IN_POSTGRES}, password: 918273645}}}}}}",
        'path root:postgres_db:password. Value "***" of type "<class \'int\'>" is not valid',
    ),
    "a password in braces": (f"{_IN_POSTGRES}, password: {{CANARY}}}}}}}}", 'unexpected config entry "***" at path'),
    "a password from a variable that is not set": (
        f"{_IN_POSTGRES}, password: {{env: NOT_SET}}}}}}}}",
        'environment variable "NOT_SET" which is not set',
    ),
    "an @ in a password": (
        f"{_POSTGRES}, config: {{postgres_url: 'postgresql://nba:one@CANARY@db/dagster'}}}}",
        "has an @ too many: in a password it is written %40",
    ),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_wrong_settings_are_told_in_one_line(wrong: str, somewhere: Path) -> None:
    said, told = WRONG[wrong]
    somewhere.mkdir()
    (somewhere / SETTINGS).write_text(said)
    with pytest.raises(BadInput) as raised, instance_at_home():
        pass
    assert str(raised.value).startswith(f"{somewhere / SETTINGS}: ")
    assert told in str(raised.value)
    assert "\n" not in str(raised.value)
    assert not re.search("CANARY|918273645", str(raised.value)), "it is a secret"


def test_a_damaged_log_of_all_runs_is_told_before_anything_begins(somewhere: Path) -> None:
    """The first event of a run opens it, by which time the run has begun."""
    with instance_at_home() as instance:
        instance.report_runless_asset_event(dg.AssetMaterialization("made"))
        job = dg.GraphDefinition("empty").to_job()
        instance.create_run_for_job(job)
    (index,) = somewhere.rglob("index.db")
    os.truncate(index, index.stat().st_size // 2)
    with pytest.raises(StorageFault, match=re.escape(f"{index} is damaged")), instance_at_home():
        pass


def test_the_command_ends_with_it(lake: Path, somewhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    somewhere.mkdir()
    (somewhere / SETTINGS).write_text("run_launcher: {module: nba_assets.automation.launcher, class: Any}")
    monkeypatch.setenv("NBA_EXECUTOR", "in_process")
    result = CliRunner().invoke(cli.app, ["materialize", "--date", "2024-10-24", "--lake", str(lake)])
    assert isinstance(result.exception, BadInput)
    assert "has moved: write nba_assets.orchestration.instance.launcher" in str(result.exception)


def test_a_patch_that_there_is_not_is_told(somewhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NBA_WITHOUT_PATCHES", "everything")
    with pytest.raises(BadInput, match="no patch called everything"), instance_at_home():
        pass


def test_dagster_alone_opens_it_as_well(somewhere: Path) -> None:
    with instance_at_home():
        pass
    with dg.DagsterInstance.get() as instance:
        assert type(instance.event_log_storage) is BatchingSqliteEventLogStorage


PLACES = {
    "file": "is no folder and cannot be made one: File exists",
    "file/below": "is no folder and cannot be made one: Not a directory",
    "loop": "is a link that leads nowhere",
    "loop/below": "is a link that leads nowhere",
    "what?": "has '?' in it, which Dagster misreads",
    "per%41cent": "has '%41' in it, which Dagster misreads",
    "two\nlines": r"has '\n' in it, which Dagster misreads",
    "M\udce4rz": r"has '\udce4' in it, which Dagster misreads",
}


@pytest.mark.parametrize("place", PLACES)
def test_a_place_where_no_instance_can_be_is_told_and_nothing_is_written(
    place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "loop").symlink_to("loop")
    before = sorted(tmp_path.rglob("*"))
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path / place))
    with pytest.raises(BadInput) as raised, instance_at_home():
        pass
    assert str(raised.value).startswith("DAGSTER_HOME: ")
    assert PLACES[place] in str(raised.value)
    assert "\n" not in str(raised.value)
    assert "CANARY" not in str(raised.value), "it is a secret"
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize(
    ("call", "answer", "told"),
    [
        ("os.access", False, "cannot be written: make it writable"),
        ("shutil.disk_usage", SimpleNamespace(free=1 << 20), "is full (1,024 KiB free): make room on it"),
    ],
)
def test_a_disk_that_takes_nothing_is_told(
    call: str, answer: object, told: str, somewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(f"nba_assets.orchestration.instance.opening.{call}", lambda *_: answer)
    with pytest.raises(BadInput, match=re.escape(told)), instance_at_home():
        pass
    assert list(somewhere.iterdir()) == []


@pytest.mark.parametrize("name", ["%", "#", "a b"])
def test_odd_names_that_dagster_reads_are_taken(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    check_place(tmp_path / name)
    assert (tmp_path / name).is_dir()


def test_what_gives_way_while_work_is_done_is_one_line_and_exit_code_1(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def gives_way() -> None:
        raise GaveWay("runs.db cannot be written: the disk is full")

    monkeypatch.setattr(cli, "app", gives_way)
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 1
    assert capfd.readouterr().err == "nba: runs.db cannot be written: the disk is full\n"
