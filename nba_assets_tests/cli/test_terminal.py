"""What is printed: text from data is shown, never obeyed, whether by the terminal or as markup."""

from __future__ import annotations

import io

import pytest
from rich.table import Table as RichTable

from nba_assets.cli import app as cli
from nba_assets.cli.terminal import PlainConsole, print_failure
from nba_assets.contracts.errors import BadInput

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
