"""Trials of checks: rows at the edge of a rule that keep it, and rows that break it.

The form only; which rows those are stands beside the tests of each group of tables. Rules that every contract implies,
and who is owed a row, are tried for all tables at once elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from nba_assets.contracts.checks import checks_of
from nba_assets.contracts.table import Table
from nba_assets.tables.registry import every_table
from nba_assets_tests.rows import Row, broken_of

TRIED_FOR_ALL = ("key_is_unique", "required_columns_are_filled", "eligible_is_written_or_failed")


@dataclass(frozen=True)
class Trial:
    """Sets of rows (and of inputs) that keep a check, and sets that break it with how many rows are found."""

    keeps: tuple[Mapping[str, Any], ...]
    breaks: tuple[tuple[int, Mapping[str, Any]], ...]


def each(row: Row, keeps: Iterable[Row], breaks: Iterable[Row]) -> Trial:
    """Of a rule that each row keeps by itself: changes of `row`."""
    kept, broken = ([row | change for change in changes] for changes in (keeps, breaks))
    return Trial(({"rows": kept},), ((len(broken), {"rows": broken}),))


def noted(row: Row, code: str) -> Trial:
    """Of a rule that no row has `code` among its issues."""
    return each(row, [{"quality_issues": issues} for issues in ([], ["other"], None)], [{"quality_issues": [code]}])


Trials = Mapping[tuple[Table, str], Trial]


def wanted(group: str) -> list[Any]:
    """Each check of the group's tables that needs a trial of its own."""
    return [
        (made, check.name)
        for made in every_table()
        if made.group == group
        for check in checks_of(made)
        if check.name not in TRIED_FOR_ALL
    ]


def named(value: Any) -> str:
    return value.name if isinstance(value, Table) else str(value)


def assert_noticed(made: Table, check: str, trials: Trials) -> None:
    trial = trials.get((made, check))
    assert trial, f"{made.name}.{check}: give it a row that breaks it and one at its edge that does not, in TRIALS"
    assert trial.keeps
    assert trial.breaks
    for kept in trial.keeps:
        assert broken_of(made, check, **kept) == []
    for count, case in trial.breaks:
        assert len(broken_of(made, check, **case)) == count, f"not found: {case}"
