"""What TAB offers in a shell: commands, options, tables, columns."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from nba_assets.cli import app as cli
from nba_assets.cli import completion

BASH = """
eval "$(_NBA_COMPLETE=source_bash nba)"
COMP_WORDS=({typed})
COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))
$(complete -p nba | sed -E 's/.*-F ([^ ]+).*/\\1/') nba
printf '%s\\n' "${{COMPREPLY[@]}}"
"""


@pytest.mark.skipif(not shutil.which("bash"), reason="no bash on this machine")
def test_bash_that_sourced_it_completes() -> None:
    with_ours = {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    script = BASH.format(typed="nba explain player_g")
    done = subprocess.run(["bash", "-c", script], env=os.environ | with_ours, capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("player_game_summary\n", "")


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("nba mat", ["materialize"]),
        ("nba plan --st", ["--start"]),
        ("nba plan --tables games,game_l", ["games,game_lines"]),
        ("nba describe nbac_team_b", ["nbac_team_boxscore"]),
        ("nba describe ml_feature_store_v2_w", ["ml_feature_store_v2_wide"]),
        ("nba explain nbac_team_b", []),
        ("nba lineage team_boxes.po", ["team_boxes.points"]),
    ],
)
def test_what_is_typed_goes_on(typed: str, offered: list[str]) -> None:
    asked = {"_NBA_COMPLETE": "complete_bash", "COMP_WORDS": typed, "COMP_CWORD": str(typed.count(" "))}
    assert CliRunner().invoke(cli.app, [], env=asked, prog_name="nba").output.split() == offered


def test_the_columns_of_the_one_table_left_are_offered_before_its_dot() -> None:
    """Bash ends what it completes to a whole word with a space."""
    assert "team_boxes.points" in completion.column("team_b")
    assert completion.column("player_") == [name for name in completion.any_table("player_") if "wide" not in name]
