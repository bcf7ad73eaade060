"""When an edition of the injury report was out."""

from __future__ import annotations

from datetime import date

import ibis
import pytest

from nba_assets.basketball.injury_report import published_eastern
from nba_assets_tests.rows import Query

REPORT = ibis.schema({"report_date": "date", "report_hour": "int64", "scrape_time": "string"})
OUT = Query(lambda report: report.select(at=published_eastern(report)), {"report": REPORT})


@pytest.mark.parametrize(
    ("hour", "scraped", "at"),
    [
        (20, "20:30", "20:30"),
        (17, "17:15", "17:15"),
        (17, "18:05", "18:05"),
        (17, "17:00", "17:00"),
        (9, None, "09:30"),
        (9, "9:05", "09:05"),
        (20, "00:10", "20:30"),
        (20, "24:00", "20:30"),
        (0, "", "00:30"),
    ],
)
def test_its_own_time_else_half_past(hour: int, scraped: str | None, at: str) -> None:
    row = {"report_date": date(2023, 12, 2), "report_hour": hour, "scrape_time": scraped}
    assert OUT(report=[row]) == [{"at": f"2023-12-02 {at}"}]
