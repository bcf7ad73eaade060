"""What is printed: text from data is shown, never obeyed, whether by the terminal or as markup."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from rich.console import Console
from rich.table import Table as RichTable

from nba_assets.cli import app as cli
from nba_assets.cli.rows import print_json
from nba_assets.cli.terminal import AtWork, PlainConsole, looking_at, print_failure, settle_streams
from nba_assets.contracts.errors import BadInput
from nba_assets.tables.registry import tables

HOSTILE = "\x1b[2J\x9b31m\x07\rgone [/red] [bold]x[/bold] :x: \u202e"
SHOWN = r"\x1b[2J\x9b31m\x07\rgone [/red] [bold]x[/bold] :x: \u202e"


def printed(*what: object) -> str:
    console = PlainConsole(file=io.StringIO(), width=400)
    console.print(*what)
    return console.file.getvalue()  # type: ignore[attr-defined]


def test_text_is_shown_as_it_is() -> None:
    assert printed(HOSTILE) == SHOWN + "\n"


def test_a_table_shows_names_cells_and_title_as_they_are() -> None:
    table = RichTable(HOSTILE, title=HOSTILE)
    table.add_row(HOSTILE)
    shown = printed(table)
    assert shown.count(SHOWN) == 3
    assert not set("\x1b\x9b\x07\r\u202e") & set(shown)


def test_a_reason_is_no_markup(capsys: pytest.CaptureFixture[str]) -> None:
    print_failure("games", HOSTILE)
    assert capsys.readouterr().err == f"games: {SHOWN}\n"


@pytest.mark.parametrize(
    ("error", "code", "told"),
    [
        (BadInput(f"a\nb{HOSTILE}.csv: no such column"), 2, f"nba: a\\nb{SHOWN}.csv: no such column\n"),
        (ValueError(HOSTILE), 1, f"ValueError: {SHOWN}\n"),
    ],
)
def test_an_error_is_shown_as_it_is(
    error: Exception, code: int, told: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail() -> None:
        raise error

    monkeypatch.setattr(cli, "app", fail)
    with pytest.raises(SystemExit) as end:
        cli.main()
    said = capsys.readouterr().err
    assert (end.value.code, said[-len(told) :]) == (code, told)
    assert code == 1 or said == told
    assert "\x1b" not in said


def test_letters_that_a_terminal_lacks_are_written_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """As one in Latin 1 lacks Dončić's; a file's name may hold what is no letter at all."""
    written = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(written, encoding="latin-1"))
    settle_streams()
    print_json({"name": "Dončić \udcff"})
    print("Dončić")  # noqa: T201 - as a console does
    sys.stdout.flush()
    first, second = written.getvalue().decode("ascii").splitlines()
    assert json.loads(first) == {"name": "Dončić \udcff"}
    assert second == r"Don\u010di\u0107"


@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&-", ">&- 2>&- <&-"])
def test_a_stream_that_is_closed_takes_nothing_along(closed: str, tmp_path: Path) -> None:
    """Its number is no other file's: what is said would be written into that."""
    program = (
        "from nba_assets.cli.terminal import err, out, settle_streams; import os; settle_streams();"
        "file = open('file', 'w'); out.print('said'); err.print('said'); os.write(1, b'said'); os.write(2, b'said');"
        "assert file.fileno() > 2; os.system('echo said; echo said >&2')"
    )
    command = f'"$1" -c "$2" {closed}'
    ended = subprocess.run(["bash", "-c", command, "bash", sys.executable, program], cwd=tmp_path, capture_output=True)
    assert (ended.returncode, b"Error" in ended.stderr) == (0, False)
    assert (tmp_path / "file").read_text() == ""


@pytest.fixture
def terminal() -> Console:
    return Console(file=io.StringIO(), force_terminal=True, color_system=None, width=80)


def test_a_command_at_work_says_so_on_a_terminal_until_it_says_more(
    terminal: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(AtWork, "PATIENCE", 0)
    at_work, written = AtWork(terminal), terminal.file
    assert isinstance(written, io.StringIO)
    at_work.start("nba status")
    until = time.monotonic() + 20
    while "0:00:0" not in written.getvalue() and time.monotonic() < until:
        time.sleep(0.01)
    at_work.over()
    said = written.getvalue()
    assert "nba status 0:00:0" in said
    assert said.endswith("\x1b[2K"), "the line is gone"
    time.sleep(0.3)
    assert written.getvalue() == said


def test_it_is_aside_without_a_thread_and_goes_on(terminal: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(AtWork, "PATIENCE", 0)
    at_work, written = AtWork(terminal), terminal.file
    assert isinstance(written, io.StringIO)
    before = set(threading.enumerate())
    at_work.start("nba status")
    with at_work.aside():
        for thread in set(threading.enumerate()) - before:
            thread.join(20)  # that which refreshes is told to end, and not waited for
        assert set(threading.enumerate()) == before
        written.truncate(0)
    until = time.monotonic() + 20
    while "nba status" not in written.getvalue() and time.monotonic() < until:
        time.sleep(0.01)
    at_work.over()
    assert "nba status" in written.getvalue()
    with at_work.aside():
        pass
    time.sleep(0.1)
    assert not at_work._showing, "what is over does not begin again"


def test_it_says_what_it_is_at(terminal: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(AtWork, "PATIENCE", 0)
    at_work, written = AtWork(terminal), terminal.file
    assert isinstance(written, io.StringIO)
    monkeypatch.setattr("nba_assets.cli.terminal.at_work", at_work)
    at_work.start("nba plan")
    look = looking_at(tables()[:3])
    for table in tables()[:3]:
        look(table)
    until = time.monotonic() + 20
    while f"nba plan: {tables()[2].name}, 3 of 3 tables 0:00:0" not in written.getvalue() and time.monotonic() < until:
        time.sleep(0.01)
    at_work.over()
    assert f"nba plan: {tables()[2].name}, 3 of 3 tables 0:00:0" in written.getvalue()


def test_a_quick_command_and_one_without_a_terminal_show_no_such_line(terminal: Console) -> None:
    for console in (terminal, Console(file=io.StringIO())):
        at_work = AtWork(console)
        at_work.start("nba status")
        at_work.over()
        assert console.file.getvalue() == ""  # type: ignore[attr-defined]
