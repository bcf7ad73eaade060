"""Both engines answer alike: DuckDB, and BigQuery's reference evaluator. Rows, failure records, skips and breaches.

A table that reads other tables gets DuckDB's rows of them, on both engines, so that a difference shows in the
table that makes it and in no other. All dates of a fixture are one range, as a back-fill asks for them.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import pytest

from nba_assets.compile.statements import statements, with_dates
from nba_assets.contracts.checks import checks_of
from nba_assets.contracts.contract import Contract
from nba_assets.contracts.failures import failures_of
from nba_assets.contracts.table import Table
from nba_assets.tables.predictions.player_points_forecasts import player_points_forecasts
from nba_assets.tables.registry import tables
from nba_assets_tests.bigquery.analyser import BigQuery, bigquery_columns
from nba_assets_tests.bigquery.form import EARLY_WINDOW
from nba_assets_tests.bigquery.stored import (
    EARLY,
    FORM,
    Given,
    Row,
    Rows,
    failed,
    given_for,
    in_duckdb,
    read_by,
    stored,
)

TABLES = sorted([*tables(), player_points_forecasts], key=lambda table: table.full_name)
OF_FORM = [table for table in TABLES if table.population and table.population.skipped]
CONFORMED = [table for table in TABLES if table.group == "conformed"]
WITH_FAILURES = [table for table in TABLES if failures_of(table)]
SPOILT = [made for made in OF_FORM if made.group == "precompute"]
EVALUATED = {"rows": TABLES, "failed": WITH_FAILURES, "skipped": OF_FORM, "broken": [*SPOILT, *CONFORMED]}
"""The tables of which a query, by its name, is evaluated here, and so accepted by the analyser with its columns."""

pytestmark = pytest.mark.slow

each_of_form = pytest.mark.parametrize("table", OF_FORM, ids=lambda table: table.name)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_same_rows(table: Table) -> None:
    given = given_for(table)
    steps = statements(table, "bigquery").steps_in("rows", given.window)
    inputs = read_by(table, given)

    answer = BigQuery.of(inputs).evaluate_steps(steps, inputs)

    assert answer.columns == bigquery_columns(table)
    assert differences(stored(table, given), answer.rows, table) == []
    assert answer.rows, "the fixture should give this table rows"


@pytest.mark.parametrize("table", WITH_FAILURES, ids=lambda table: table.name)
def test_same_failures(table: Table) -> None:
    steps = statements(table, "bigquery").steps_in("failed", FORM.window)
    inputs, records = read_by(table, FORM), failures_of(table)
    assert records

    answer = BigQuery.of(inputs).evaluate_steps(steps, inputs)

    assert answer.columns == bigquery_columns(records)
    assert differences(failed(table, FORM), answer.rows, records) == []
    found = {row["failure_category"] for row in answer.rows}
    # Each team of the fixture has had ten games to play.
    assert len(found) == (1 if table.name == "team_defense_zone_analysis" else 2), "all categories should occur"


@each_of_form
def test_same_skipped_dates(table: Table) -> None:
    inputs = read_by(table, EARLY)

    expected = in_duckdb(with_dates(statements(table, "duckdb").skipped, EARLY_WINDOW), inputs)
    answer = BigQuery.of(inputs).evaluate_steps(statements(table, "bigquery").steps_in("skipped", EARLY_WINDOW), inputs)

    assert in_order(answer.rows) == in_order(expected)
    assert len(answer.rows) == 7, "one for each date with games of the season's first 14 days"


@pytest.mark.parametrize("table", SPOILT, ids=lambda table: table.name)
def test_same_breaches(table: Table) -> None:
    """Of rows with one column spoilt in each: every check finds some, and both engines as many."""
    records = failures_of(table)
    inputs = read_by(table, FORM) | {table: list(spoilt(stored(table, FORM), table))}
    inputs |= {records: failed(table, FORM)} if records else {}

    expected = in_duckdb(statements(table, "duckdb").broken_in(FORM.window), inputs)
    answer = BigQuery.of(inputs).evaluate_steps(statements(table, "bigquery").steps_in("broken", FORM.window), inputs)

    assert in_order(answer.rows) == in_order(expected)
    assert {row["check"] for row in answer.rows if row["broken"]} == set(range(len(checks_of(table))))


@pytest.mark.parametrize("table", CONFORMED, ids=lambda table: table.name)
def test_same_breaches_of_conformed_tables(table: Table) -> None:
    """Raw rows of no game of the schedule included; of the date, whom nobody knows by any spelling is one, too."""
    given = with_strays(given_for(table))
    inputs = read_by(table, given) | {table: list(spoilt(stored(table, given), table))}

    expected = in_duckdb(statements(table, "duckdb").broken_in(given.window), inputs)
    answer = BigQuery.of(inputs).evaluate_steps(statements(table, "bigquery").steps_in("broken", given.window), inputs)

    assert in_order(answer.rows) == in_order(expected)
    found = {checks_of(table)[row["check"]].name for row in answer.rows if row["broken"]}
    assert found >= {"key_is_unique", "required_columns_are_filled"}
    strays = {"boxes_match_the_schedule", "lines_match_the_schedule"}
    assert strays & {check.name for check in table.checks} == strays & found


def with_strays(given: Given) -> Given:
    """The rows, and the first of each raw table again as if it were of a game that is not in the schedule."""
    rows = {
        contract: [*found, found[0] | {"home_team_abbr": "LAL"}] if found and "home_team_abbr" in found[0] else found
        for contract, found in given.rows.items()
    }
    return Given(rows, given.window)


def spoilt(rows: Rows, contract: Contract) -> Iterable[Row]:
    """The rows; and the fullest and the emptiest of them again for each column, with another value there and none."""
    yield from rows
    by_known = sorted(rows, key=lambda row: sum(value is not None for value in row.values()))
    for row in (by_known[-1], by_known[0]):
        for column in contract.columns:
            if column.name != contract.partition_by:
                for other in _others(row[column.name]):
                    decimal = column.scale is not None and other is not None
                    yield {**row, column.name: Decimal(other) if decimal else other}


def _others(value: Any) -> list[Any]:
    match value:
        case bool():
            return [not value, None]
        case list():  # none is [], BigQuery stores no NULL in its place
            return [value[:-1], value[::-1], []]
        case int() | Decimal():
            return [-9, None]
        case _:
            return [None]


def in_order(rows: Iterable[Row]) -> list[list[tuple[str, Any]]]:
    return sorted(sorted(row.items()) for row in rows)


def differences(expected: Rows, actual: Rows, contract: Contract) -> list[str]:
    """What differs, as `key: column: expected here, actual there`, rows matched by the contract's key."""
    ours, theirs = _by_key(expected, contract), _by_key(actual, contract)
    found = [f"{key}: only in {'DuckDB' if key in ours else 'BigQuery'}" for key in sorted(ours.keys() ^ theirs.keys())]
    for key in sorted(ours.keys() & theirs.keys()):
        for column in contract.columns:
            a, b = ours[key][column.name], theirs[key][column.name]
            if not _same(a, b, column.scale):
                found.append(f"{key}: {column.name}: {a!r} in DuckDB, {b!r} in BigQuery")
    return found


def _by_key(rows: Rows, contract: Contract) -> dict[str, Row]:
    keyed = {" ".join(str(row[name]) for name in contract.key): row for row in rows}
    assert len(keyed) == len(rows), f"{contract.full_name}: the key is not unique"
    return keyed


def _same(a: Any, b: Any, scale: int | None) -> bool:
    if a is None or b is None:
        return a is b
    if scale is not None:
        return round(Decimal(a), scale) == round(Decimal(b), scale)
    if isinstance(a, float):
        return math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-9) or (math.isnan(a) and math.isnan(b))
    return a == b
