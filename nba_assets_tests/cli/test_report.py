"""`nba report` of what there is no report of: one line, and no page."""

from __future__ import annotations

from pathlib import Path

import pytest

from nba_assets_tests.cli.conftest import Nba


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--date", "2024-10-26", "--season", "2024-25"), "--date and --season"),
        (("--season", "2094-95"), "2094-95 has not begun"),
        (("--season", "2024"), "'2024' is no season"),
        (("--date", "26.10.2024"), "'26.10.2024' is no date"),
        (("--date", "2024-10-26"), "is empty: fill the lake"),
        (("--date", "2024-10-26", "--output", "lake/nba_raw/x.html"), "is in the lake, which is only read"),
    ],
)
def test_what_there_is_no_report_of(arguments: tuple[str, ...], told: str, nba: Nba, tmp_path: Path) -> None:
    code, printed, complaint = nba("report", *arguments)
    assert (code, printed, complaint.count("\n")) == (2, "", 1)
    assert told in complaint
    assert list(tmp_path.rglob("*.html")) == []
