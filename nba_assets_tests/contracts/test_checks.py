"""The rules that every contract implies, tried for each table: its key is unique, and what it requires is filled."""

from __future__ import annotations

from typing import Any

import pytest

from nba_assets.contracts.contract import Column
from nba_assets.contracts.table import Table
from nba_assets.tables.registry import tables
from nba_assets_tests.given import VALUES
from nba_assets_tests.rows import broken_of


def value(column: Column, which: int = 0) -> Any:
    return VALUES["DECIMAL" if column.scale is not None else column.type][which]


@pytest.mark.parametrize("made", tables(), ids=lambda made: made.name)
def test_two_rows_of_one_key_are_found_and_rows_that_differ_in_a_column_of_it_are_not(made: Table) -> None:
    row = {name: value(made.column(name)) for name in made.key}
    others = [row | {name: value(made.column(name), 1)} for name in made.key]
    assert broken_of(made, "key_is_unique", [row, *others]) == []
    assert len(broken_of(made, "key_is_unique", [row, row, *others])) == 2


@pytest.mark.parametrize("made", tables(), ids=lambda made: made.name)
def test_a_row_that_lacks_what_is_required_is_found_and_one_that_lacks_the_rest_is_not(made: Table) -> None:
    required = [column for column in made.columns if column.required or column.name in made.key]
    row = {column.name: value(column) for column in required}
    assert broken_of(made, "required_columns_are_filled", [row]) == []
    lacking = [row | {column.name: None} for column in required]
    assert len(broken_of(made, "required_columns_are_filled", lacking)) == len(lacking)
