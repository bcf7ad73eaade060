"""The prompt: statements over several lines, errors that do not end it, and nothing that writes."""

from __future__ import annotations

import io
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from nba_assets.cli import shell
from nba_assets.cli.shell import statements
from nba_assets_tests.cli.conftest import Nba
from nba_assets_tests.readers.small_lake import small_lake


def typing(*lines: str | type[BaseException]) -> Callable[[str], str]:
    left: Iterator[str | type[BaseException]] = iter((*lines, EOFError))

    def read(prompt: str) -> str:
        line = next(left)
        if isinstance(line, str):
            return line
        raise line

    return read


@pytest.mark.parametrize(
    ("lines", "asked"),
    [
        (["SELECT 1;"], ["SELECT 1;"]),
        (["SELECT", "  1;", "", "SELECT 2"], ["SELECT\n  1;", "SELECT 2"]),
        ([".tables", "SELECT 1;", ".quit", "SELECT 2;"], [".tables", "SELECT 1;"]),
        (["SELECT 1", KeyboardInterrupt, "SELECT 2;"], ["SELECT 2;"]),
        ([], []),
    ],
)
def test_where_a_statement_ends(lines: list[str], asked: list[str]) -> None:
    assert list(statements(typing(*lines))) == asked


def test_answers_and_errors(nba: Nba, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    small_lake(tmp_path / "lake")
    typed = [
        "SELECT count(*) AS n, 'x' AS name",
        "FROM nba_analytics.player_game_summary;",
        "DROP VIEW nba_analytics.player_game_summary;",
        "SELECT nothing FROM nba_analytics.player_game_summary;",
        ".describe player_summary",
        ".help",
        "SELECT 'the last' AS it FROM nba_analytics.player_game_summary LIMIT 1",
    ]
    monkeypatch.setattr(sys, "stdin", io.StringIO("\n".join(typed)))
    code, printed, complaint = nba("shell")
    assert code == 0
    assert "│ 2 │ x    │" in printed
    assert "the last" in printed
    assert ".quit or Ctrl-D leaves" in printed
    told = complaint.splitlines()
    assert len(told) == 3
    assert "only reads" in told[0]
    assert '"nothing" not found' in told[1]
    assert "perhaps player_game_summary" in told[2]


def test_an_interrupt_ends_the_query_and_not_the_prompt(
    nba: Nba, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "lake").mkdir()
    for_each_core = "FROM range(1_000_000_000_000)"
    without_end = f"SELECT count(*) FROM ({for_each_core} UNION ALL {for_each_core}) WHERE range % 7 = 3;"
    answered = shell.answered

    def interrupted(lake: Path, sql: str, limit: int | None) -> Any:
        if sql == without_end:
            soon = threading.Timer(0.5, os.kill, [os.getpid(), signal.SIGINT])
            soon.daemon = True
            soon.start()
        return answered(lake, sql, limit)

    monkeypatch.setattr(shell, "answered", interrupted)
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"{without_end}\nSELECT 'the last' AS it;"))
    code, printed, complaint = nba("shell")
    assert code == 0
    assert "the last" in printed
    assert complaint == "interrupted\n"
