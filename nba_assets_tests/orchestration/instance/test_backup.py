"""The back-up that the docs describe, with the commands that they give: saved, lost, restored, and nothing to do."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from typer.testing import CliRunner

from nba_assets.cli import app as cli
from nba_assets.orchestration.instance.opening import instance_at_home
from nba_assets.orchestration.keys import asset_key
from nba_assets.tables.analytics.team_offense_game_summary import team_offense_game_summary

PAGE = Path(__file__).parents[3] / "docs" / "backup.md"
DAY = "2024-10-24"
TABLE = team_offense_game_summary


def as_the_docs_say(what: str) -> None:
    (commands,) = re.findall(rf"```sh {what}\n(.*?)```", PAGE.read_text(), re.DOTALL)
    subprocess.run(["sh", "-eu", "-c", commands], check=True)


def nba(*arguments: str) -> str:
    done = CliRunner().invoke(cli.app, [*arguments, "--tables", TABLE.name], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


def files(folder: Path) -> dict[str, tuple[bytes, int]]:
    found = sorted(file for file in folder.rglob("*") if file.is_file())
    return {str(file.relative_to(folder)): (file.read_bytes(), file.stat().st_mtime_ns) for file in found}


@pytest.mark.slow
def test_what_was_saved_is_there_again(lake: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "DAGSTER_HOME": str(tmp_path / "home"),
        "NBA_LAKE": str(lake),
        "BACKUP": str(tmp_path / "saved" / "today"),
        "NBA_EXECUTOR": "in_process",
    }.items():
        monkeypatch.setenv(name, value)
    nba("materialize", "--date", DAY)
    whole = files(lake)
    as_the_docs_say("save")

    shutil.rmtree(lake / TABLE.dataset)
    (tmp_path / "home" / "history" / "runs.db").write_bytes(b"")
    as_the_docs_say("restore")

    assert files(lake) == whole
    with instance_at_home() as instance:
        assert len(instance.get_runs()) == 1
        assert instance.get_materialized_partitions(asset_key(TABLE)) == {DAY}
    assert "nothing to do" in nba("backfill", "--start", DAY, "--end", DAY, "--dry-run")
