"""Dates as people type them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from nba_assets.cli.arguments import parse_date
from nba_assets_tests.cli.conftest import Nba

HALF_PAST_MIDNIGHT_IN_LONDON = datetime(2026, 11, 26, 0, 30, tzinfo=UTC)
"""Still the evening of the 25th where dates are told."""


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("2024-02-29", date(2024, 2, 29)),
        ("2024-02-29+1", date(2024, 3, 1)),
        ("today", date(2026, 11, 25)),
        ("yesterday", date(2026, 11, 24)),
        ("tomorrow", date(2026, 11, 26)),
        ("today-25", date(2026, 10, 31)),
    ],
)
def test_dates_may_be_told_from_today(text: str, meant: date, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.time", HALF_PAST_MIDNIGHT_IN_LONDON.timestamp)
    assert parse_date(text, "--date") == meant


AT_THE_EDGES = [
    ("cascade", "--date", "0001-01-01"),
    ("cascade", "--date", "9999-12-31"),
    ("changes", "--since", "9999-12-31T23:00-14:00"),
    ("changes", "--since", "0001-01-01T00:00+14:00"),
    ("train", "--start", "0001-01-01", "--end", "0001-01-02"),
    ("train", "--start", "0001-01-01", "--end", "2024-10-23"),
    ("train", "--start", "9999-12-30", "--end", "9999-12-31"),
    ("simulate", "--ending", "9999-12-31"),
    ("simulate", "--season", "9999-00"),
    ("report", "--season", "9999-00"),
    ("emit", "--table", "nbac_schedule", "--date", "2021-10-18"),
]
"""Dates that Python has and that cannot be: the year before, or the one after, is none."""


@pytest.mark.parametrize("command", AT_THE_EDGES, ids=" ".join)
def test_a_date_that_cannot_be_is_one_line_and_2(command: tuple[str, ...], lake: Path, nba: Nba) -> None:
    code, printed, complaint = nba(*command, "--lake", str(lake))
    assert (code, printed, len(complaint.splitlines())) == (2, "", 1), complaint
    assert not (lake / "_events").exists()


def test_what_is_asked_of_no_lake_is_refused(nba: Nba) -> None:
    code, _, complaint = nba("changes", "--since", "today")
    assert (code, complaint.strip()[-40:]) == (2, "lake with `nba ingest DIR` or `nba simulate`"[-40:])


@pytest.mark.parametrize(
    "given",
    ["", "m.jsonl --table nbac_schedule", "m.jsonl --date 2021-11-15", "--table nbac_schedule", "--date 2021-11-15"],
)
def test_messages_are_those_of_a_file_or_one_of_a_table_and_date(given: str, nba: Nba, lake: Path) -> None:
    Path("m.jsonl").write_text("{}\n")
    assert nba("emit", *given.split(), "--lake", str(lake)) == (
        2,
        "",
        "nba: nba emit takes a file, or --table and --date\n",
    )
    assert not (lake / "_events").exists()
