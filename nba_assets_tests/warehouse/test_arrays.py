"""Arrays made without pandas are those that Arrow makes, and what each step and command does loads none."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from nba_assets.warehouse.arrays import flags, from_records, whole_numbers

SCHEMA = pa.schema(
    [
        pa.field("number", pa.int64(), nullable=False),
        ("exact", pa.decimal128(12, 3)),
        ("measure", pa.float64()),
        ("day", pa.date32()),
        ("at", pa.timestamp("us", "UTC")),
        ("holds", pa.bool_()),
        ("text", pa.string()),
    ]
)
VALUES = {
    "number": st.integers(-(2**63), 2**63 - 1),
    "exact": st.none() | st.integers(-999_999_999_999, 999_999_999_999).map(lambda n: Decimal(n).scaleb(-3)),
    "measure": st.none() | st.floats(allow_nan=False),
    "day": st.none() | st.dates(),
    "at": st.none() | st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC)),
    "holds": st.none() | st.booleans(),
    "text": st.none() | st.text(),
}


@settings(deadline=None)  # the first call loads what it needs
@given(st.lists(st.fixed_dictionaries(VALUES), max_size=5))
def test_records_are_as_arrow_makes_them(rows: list[dict[str, Any]]) -> None:
    found = from_records(rows, SCHEMA)
    assert found.schema == SCHEMA
    assert found.to_pylist() == pa.Table.from_pylist(rows, SCHEMA).to_pylist()


@given(st.lists(st.booleans()), st.lists(st.integers(-(2**63), 2**63 - 1)))
def test_flags_and_numbers_are_as_arrow_makes_them(true: list[bool], numbers: list[int]) -> None:
    assert flags(true).equals(pa.array(true, pa.bool_()))
    assert whole_numbers(iter(numbers)).equals(pa.array(numbers, pa.int64()))


WITHOUT_PANDAS = """
import sys
from datetime import UTC, date, datetime
import pyarrow as pa
from nba_assets.warehouse.arrays import from_records
from nba_assets.warehouse.changes import changes_of
from nba_assets.warehouse.footers import file_of

schema = pa.schema([("day", pa.date32()), ("key", pa.string()), ("at", pa.timestamp("us", "UTC")), ("x", pa.float64())])
first, then = {"day": date(2024, 11, 15), "key": "a", "at": datetime.now(UTC), "x": 1.5}, {"x": 2.5}
old, new = (from_records([row], schema) for row in (first, first | then))
features = pa.nulls(1, pa.list_(pa.float64()))  # compared as Python's lists
old, new = (rows.append_column("features", features) for rows in (old, new))
assert changes_of(file_of(old), new, ["day", "key"]) == (0, 0, 1)
sys.exit("pandas" in sys.modules)
"""


def test_a_partition_that_changes_and_rows_that_python_makes_load_no_pandas() -> None:
    """Each step of a night on which something changed, and each command, would load it."""
    done = subprocess.run([sys.executable, "-c", WITHOUT_PANDAS], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
