"""The rules that every contract implies, tried for each table: its key is unique, and what it requires is filled."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import ibis
import pytest

from nba_assets.contracts.checks import checks_of, rules_of
from nba_assets.contracts.contract import Column
from nba_assets.contracts.table import Table
from nba_assets.tables.registry import every_table
from nba_assets_tests.given import VALUES
from nba_assets_tests.rows import Query


def value(column: Column, which: int = 0) -> Any:
    return VALUES["DECIMAL" if column.scale is not None else column.type][which]


def found(made: Table, rule: str, columns: Iterable[Column]) -> Query:
    """What a rule of the contract finds in rows of these columns, which are all that it looks at."""
    (check,) = (check for check in rules_of(made) if check.name == rule)
    schema = ibis.schema({c.name: "float64" if c.scale is not None else c.stored for c in columns})
    return Query(check.broken, {"rows": schema})


@pytest.mark.parametrize("made", every_table(), ids=lambda made: made.name)
def test_two_rows_of_one_key_are_found_and_rows_that_differ_in_a_column_of_it_are_not(made: Table) -> None:
    key = [made.column(name) for name in made.key]
    row = {column.name: value(column) for column in key}
    others = [row | {column.name: value(column, 1)} for column in key]
    repeated = found(made, "key_is_unique", key)
    assert repeated(rows=[row, *others]) == []
    assert len(repeated(rows=[row, row, *others])) == 2


@pytest.mark.parametrize("made", every_table(), ids=lambda made: made.name)
def test_a_row_that_lacks_what_is_required_is_found(made: Table) -> None:
    required = [column for column in made.columns if column.required or column.name in made.key]
    row = {column.name: value(column) for column in required}
    lacking = [row | {column.name: None} for column in required]
    unfilled = found(made, "required_columns_are_filled", required)
    assert unfilled(rows=[row]) == []
    assert len(unfilled(rows=lacking)) == len(lacking)


def test_every_table_keeps_the_rules_of_its_contract() -> None:
    for made in every_table():
        assert [check.name for check in checks_of(made)][:2] == [check.name for check in rules_of(made)]
