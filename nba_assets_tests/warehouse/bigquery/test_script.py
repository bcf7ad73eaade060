"""Scripts for BigQuery, as text: constant bounds, one transaction, names, and nothing that ends a literal early."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

import pytest

from nba_assets.contracts.contract import Column, Contract
from nba_assets.contracts.errors import BadInput
from nba_assets.warehouse.bigquery import script
from nba_assets.warehouse.bigquery.names import Names
from nba_assets_tests.warehouse.points import POINTS

FIRST, SECOND, FOURTH = date(2024, 11, 1), date(2024, 11, 2), date(2024, 11, 4)
NAMES = Names("p", "old")
QUERY = [("t1", "SELECT * FROM `nba_raw`.`games` AS `t0`"), ("", "SELECT * FROM `t1` AS `t2`")]

PARTS = Contract(
    dataset="nba_processing",
    name="parts",
    columns=(Column("day", "DATE", "date"), Column("processor_name", "STRING", "whose")),
    key=("processor_name", "day"),
    partition_by="day",
    part="it's mine",
)


def statements(text: str) -> list[str]:
    return [" ".join(statement.split()) for statement in text.split(";\n")]


def test_a_range_is_replaced_in_one_transaction_after_its_temporary_tables() -> None:
    found = statements(script.replace(NAMES, POINTS, QUERY, [FIRST, SECOND], "c1", {FIRST: "r1"}))

    assert [statement.split(" AS ")[0].split(" (")[0] for statement in found] == [
        "CREATE TEMP TABLE `t1`",
        "CREATE TEMP TABLE `_new_rows`",
        "ASSERT NOT EXISTS",
        "CREATE TEMP TABLE `_written`",
        "BEGIN TRANSACTION",
        "CREATE TEMP TABLE `_changed`",
        "DELETE FROM `p`.`old_test`.`points` WHERE `game_date` BETWEEN DATE '2024-11-01' AND DATE '2024-11-02'",
        "INSERT INTO `p`.`old_test`.`points`",
        "INSERT INTO `p`.`old_nba_processing`.`partition_notes`",
        "COMMIT TRANSACTION",
        "SELECT w.`day`, w.`rows`, w.`content`, COALESCE(s.`stored`, 0)",
    ]
    assert found[0].endswith("FROM `p`.`old_nba_raw`.`games` AS `t0`")
    assert (
        "STRUCT(DATE '2024-11-01' AS `day`, 'r1' AS `read`), STRUCT(DATE '2024-11-02' AS `day`, '' AS `read`)"
        in found[3]
    )


def test_days_between_that_are_not_asked_for_stay() -> None:
    found = statements(script.replace(NAMES, POINTS, "SELECT 1", [FIRST, FOURTH]))

    delete = next(statement for statement in found if statement.startswith("DELETE"))
    assert delete.endswith(
        "BETWEEN DATE '2024-11-01' AND DATE '2024-11-04' AND `game_date` IN (DATE '2024-11-01', DATE '2024-11-04')"
    )


def test_other_parts_stay() -> None:
    for text in (script.replace(NAMES, PARTS, "SELECT 1", [FIRST]), script.remove(NAMES, PARTS, [FIRST])):
        delete = next(statement for statement in statements(text) if statement.startswith("DELETE"))
        assert delete.endswith("DATE '2024-11-01' AND `processor_name` = 'it\\'s mine'")


def test_the_content_is_over_the_rows_own_hashes_where_they_have_them() -> None:
    hashed = replace(POINTS, columns=(*POINTS.columns, Column("data_hash", "STRING", "hash")))

    own, whole = (script.replace(NAMES, contract, "SELECT 1", [FIRST]) for contract in (hashed, POINTS))
    assert "`data_hash` AS `digest`" in own
    assert "TO_JSON_STRING" not in own
    assert "TO_HEX(SHA256(TO_JSON_STRING(t))) AS `digest`" in whole


@pytest.mark.parametrize("text", ["it's", 'a "b"', "back\\slash", "two\nlines", "\\'; DROP TABLE x; --"])
def test_no_text_ends_its_literal(text: str) -> None:
    found = script.literal(text)

    assert re.fullmatch(r"'(?:[^'\\\n]|\\.)*'", found)
    assert found[1:-1].encode().decode("unicode_escape") == text


def test_stored_tables_are_named_and_nothing_else_is() -> None:
    sql = "SELECT `t0`.`nba_game_id` FROM `nba_raw`.`games` AS `t0` JOIN `nba_raw_1` ON 'nba_raw' = `t0`.`x`"

    assert NAMES.sql(sql) == sql.replace("`nba_raw`.", "`p`.`old_nba_raw`.")
    assert Names("p").sql(sql) == sql.replace("`nba_raw`.", "`p`.`nba_raw`.")
    assert NAMES.sql(NAMES.sql(sql)) == NAMES.sql(sql)


@pytest.mark.parametrize("prefix", ["a-b", "a.b", "a`b", "ä"])
def test_a_prefix_that_is_none_is_refused(prefix: str) -> None:
    with pytest.raises(BadInput, match="NBA_BIGQUERY_PREFIX"):
        Names("p", prefix)
