"""Rows of Arrow as Python's own values: as `to_pylist`, moments in UTC, and no pandas for them."""

from __future__ import annotations

import html
import re
import subprocess
import sys
from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest
from markdown_it import MarkdownIt

from nba_assets.warehouse.records import markdown_table, records

NEW_YORK = ZoneInfo("America/New_York")
ROWS = pa.table(
    {
        "day": pa.array([date(2024, 10, 22), None]),
        "at": pa.array([datetime(2024, 10, 22, 19, 30, tzinfo=NEW_YORK), None], pa.timestamp("us", "America/New_York")),
        "local": pa.array([datetime(2024, 10, 22, 19, 30), None], pa.timestamp("us")),
        "share": pa.array([Decimal("0.125"), None], pa.decimal128(5, 3)),
        "names": pa.array([["a", "b"], None]),
    }
)


def test_they_are_what_arrow_makes_of_them() -> None:
    assert records(ROWS) == ROWS.to_pylist()
    assert list(records(ROWS)[0]) == ROWS.column_names


def test_moments_are_in_utc() -> None:
    assert records(ROWS)[0]["at"] == datetime(2024, 10, 22, 23, 30, tzinfo=UTC)
    assert records(ROWS)[0]["at"].tzinfo is UTC
    assert records(ROWS)[0]["local"].tzinfo is None
    assert records(ROWS.slice(0, 0)) == []


@pytest.mark.parametrize(
    "text",
    [
        "<img src=x onerror=alert(1)>",
        "[a](javascript:x) ![i](http://e.invalid/x.png)",
        "*b* _c_ **d** __e__ ~~s~~ `x|y` a\\|b \\",
        "&lt; &amp;",
        "http://e.invalid https://e.invalid www.e.invalid WWW.E.INVALID a@e.invalid",
        "luka_doncic -- # 1. + x",
    ],
)
def test_a_markdown_table_shows_what_its_cells_hold(text: str) -> None:
    page = MarkdownIt("gfm-like", {"html": True, "linkify": False}).render(markdown_table([text], [[text]]))
    assert page.count(html.escape(text)) == 2
    assert set(re.findall(r"</?(\w+)", page)) == {"table", "thead", "tbody", "tr", "th", "td"}
    assert not re.search(r"https?://|www\.|(?<!\\)@", markdown_table([text], []), re.IGNORECASE), "a link by itself"


def test_a_cell_is_one_line_without_control_characters() -> None:
    assert markdown_table(["a_b"], [["\x1b[2J\nnext"]]) == "| a_b |\n| --- |\n| \\\\x1b\\[2J next |"


def test_no_pandas_is_loaded() -> None:
    script = """
import sys, duckdb
from nba_assets.warehouse.records import markdown_table, records
rows = duckdb.sql("SELECT TIMESTAMPTZ '2024-10-22 19:30:00-04' AS at").to_arrow_table()
assert records(rows)[0]["at"].hour == 23
sys.exit("pandas" in sys.modules)
"""
    assert subprocess.run([sys.executable, "-c", script], timeout=60, check=False).returncode == 0
