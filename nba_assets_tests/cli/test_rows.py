"""Tables as people read them and as --json prints them: the same values."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from nba_assets.cli.rows import Cell, Rows, long, print_as_json
from nba_assets.cli.terminal import out


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    yield
    print_as_json(False)


def some() -> Rows:
    names = ("table", "rows found", "of", "at", "age", "share", "lacks", "ready")
    rows = Rows("delivery", names, keys=(*names[:4], "age_seconds", *names[5:]))
    at = datetime(2024, 11, 3, 4, 30, tzinfo=UTC)
    rows.add("a[b]", 1234, date(2024, 11, 2), at, timedelta(hours=5, minutes=7), 0.25, ("x", "y"), Cell(True, "yes!"))
    rows.add("c", None, None, None, None, float("nan"), (), Cell(False, "no!"))
    return rows


def test_as_json_each_row_is_an_object_and_messages_go_to_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    print_as_json(True)
    some().print()
    out.print("all is good")
    printed = capsys.readouterr()
    first, second = map(json.loads, printed.out.splitlines())
    assert first == {
        "kind": "delivery",
        "table": "a[b]",
        "rows_found": 1234,
        "of": "2024-11-02",
        "at": "2024-11-03T04:30:00+00:00",
        "age_seconds": 18420.0,
        "share": 0.25,
        "lacks": ["x", "y"],
        "ready": True,
    }
    assert (second["rows_found"], second["share"], second["lacks"], second["ready"]) == (None, None, [], False)
    assert printed.err == "all is good\n"


def test_for_people_times_say_their_zone(capsys: pytest.CaptureFixture[str]) -> None:
    """Half past four UTC on the night of a clock change is half past midnight, Eastern."""
    some().print()
    printed = capsys.readouterr().out
    for told in ("a[b]", "1,234", "2024-11-03 00:30 ET", "5 h 7 min", "x, y", "yes!"):
        assert told in printed


def test_a_table_without_a_kind_has_only_its_columns(capsys: pytest.CaptureFixture[str]) -> None:
    print_as_json(True)
    rows = Rows("", ("points",))
    rows.add(Decimal("1.50"))
    rows.print()
    assert capsys.readouterr().out == '{"points": 1.5}\n'


@pytest.mark.parametrize(("minutes", "told"), [(0, "0 min"), (61, "1 h 1 min"), (1500, "1 d 1 h")])
def test_how_long_a_time_is(minutes: int, told: str) -> None:
    assert long(timedelta(minutes=minutes)) == told


def of_a_table() -> Rows:
    rows = Rows("table", ("slate", "table", "rows", "lacks", "waits for"), "tonight")
    rows.add("tomorrow", "upcoming_player_game_context", 336, "reads games of 2026-11-25, which will be built", None)
    return rows


def test_no_name_is_parted_where_there_is_room(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(out, "width", 80)
    of_a_table().print()
    printed = capsys.readouterr().out
    assert "│ upcoming_player_game_context │" in printed
    assert max(map(len, printed.splitlines())) <= 80


def test_where_words_do_not_fit_beside_one_another_values_go_on_in_lines_that_are_set_in(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(out, "width", 60)
    of_a_table().print()
    assert capsys.readouterr().out.splitlines() == [
        "tonight",
        "slate: tomorrow  table: upcoming_player_game_context",
        "  rows: 336",
        "  lacks: reads games of 2026-11-25, which will be built",
        "",
    ]
