"""What the versions of a table's code were, and which count as one."""

from __future__ import annotations

from pathlib import Path

import pytest

from nba_assets.compile.code_version import Code
from nba_assets.warehouse.code_notes import CodeNotes

TABLE = "test.points"


@pytest.fixture
def notes(tmp_path: Path) -> CodeNotes:
    return CodeNotes(tmp_path)


def test_what_a_version_was_is_known_for_good(notes: CodeNotes) -> None:
    assert notes.text(TABLE, "one") is None
    notes.keep(TABLE, Code("one", "SELECT 1"))
    notes.keep(TABLE, Code("one", "SELECT 1"))
    assert CodeNotes(notes.root).text(TABLE, "one") == "SELECT 1"


def test_a_version_counts_as_itself_until_others_are_accepted(notes: CodeNotes) -> None:
    assert notes.accepted(TABLE, "two") == {"two"}
    notes.accept(TABLE, ["", "one"], "two")
    assert CodeNotes(notes.root).accepted(TABLE, "two") == {"", "one", "two"}
    assert notes.accepted(TABLE, "one") == {"one"}, "back to the older code, the newer is not accepted as it"
    assert notes.accepted("test.others", "two") == {"two"}


def test_acceptance_is_passed_on(notes: CodeNotes) -> None:
    notes.accept(TABLE, ["one"], "two")
    notes.accept(TABLE, ["two"], "three")
    assert notes.accepted(TABLE, "three") == {"one", "two", "three"}
