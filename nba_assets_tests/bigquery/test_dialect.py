"""Where our BigQuery SQL is not what Ibis would write, it answers as DuckDB does."""

from __future__ import annotations

from typing import Any

import duckdb
import ibis
import ibis.expr.types as ir
import pytest

from nba_assets.compile.dialects import to_script, to_sql
from nba_assets_tests.bigquery.analyser import BigQuery


@pytest.mark.parametrize(
    ("number", "digits"),
    [("1.15", 1), ("14.35", 1), ("109.195", 2), ("-109.195", 2), ("2.675", 2), ("1.005", 2), ("0.0005", 3), ("7", 1)],
)
def test_rounds_the_same_at_the_half(number: str, digits: int) -> None:
    rounded = ibis.literal(number).cast("float64").round(digits)  # a number by itself is a DECIMAL in DuckDB

    assert in_bigquery(rounded) == in_duckdb(rounded)


def test_rounds_to_whole_numbers() -> None:
    assert [in_bigquery(ibis.literal(number).round()) for number in (0.5, 1.5, -0.5, 2.4)] == [1, 2, -1, 2]


@pytest.mark.parametrize("free_throws", [15, 7, 22])
def test_a_fraction_is_the_number_that_it_says(free_throws: int) -> None:
    """Of 15 free throws the plays are 46.436875, half of a last digit; as doubles they fall short of it."""
    plays = ((88 + ibis.literal(free_throws, "int64") * 0.44 + 20) * 1167 / 2880).round(5)

    assert float(in_bigquery(plays)) == float(in_duckdb(plays))


@pytest.mark.parametrize("text", ["7", "07", "107", ""])
def test_pads_and_never_cuts(text: str) -> None:
    padded = ibis.literal(text).lpad(2, "0")

    assert in_bigquery(padded) == in_duckdb(padded) == text.rjust(2, "0")


def test_rounds_null_to_null() -> None:
    assert in_bigquery(ibis.null("float64").round(1)) is None


NAMES = ibis.array([ibis.literal("c"), ibis.null("string"), ibis.literal("a"), ibis.literal("b")])


@pytest.mark.parametrize(
    "kept",
    [
        NAMES.filter(lambda name: name.notnull()),
        NAMES.filter(lambda name: name.notnull()).map(lambda name: name.upper()),
        NAMES.map(lambda name: name.fill_null("none")),
    ],
)
def test_an_array_keeps_its_order(kept: ir.ArrayValue) -> None:
    """The evaluator would keep it anyway; only the text says that BigQuery must."""
    sql = to_sql(kept.name("found").as_table(), "bigquery")

    assert sql.count("UNNEST") == sql.count("WITH OFFSET AS place") == sql.count("ORDER BY") > 0
    assert in_bigquery(kept) == in_duckdb(kept)
    assert in_bigquery(kept.join(",")) == in_duckdb(kept.join(","))


def in_bigquery(value: ir.Value) -> Any:
    rows = BigQuery.of([]).evaluate(to_sql(value.name("found").as_table(), "bigquery"), {}).rows
    return rows[0]["found"]


def in_duckdb(value: ir.Value) -> Any:
    found = duckdb.sql(to_sql(value.name("found").as_table(), "duckdb")).fetchone()
    assert found
    return found[0]


def test_what_is_read_twice_is_sent_as_a_temporary_table() -> None:
    counted = ibis.table({"n": "int64"}, name="x", database="d").mutate(m=lambda t: t.n + 1)
    rows = counted.join(counted.view(), "n").select("m")

    script = to_script(rows, "bigquery")

    assert script.startswith("CREATE TEMP TABLE `")
    assert script.count("`d`.`x`") == 1
    assert ";" not in script.partition(";")[2]
    assert to_script(rows, "duckdb") == to_sql(rows, "duckdb")
    assert to_script(counted, "bigquery") == to_sql(counted, "bigquery")
