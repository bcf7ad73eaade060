"""All that is sent to BigQuery: its analyser accepts it, and it reads what it must, once and no further back.

One date at a time; that a range compiles too, other tests show by evaluating one. The analyser needs about 0.5 ms for
each column of each SELECT, so each statement is analysed once, and a query that others evaluate not here again: of it
only the names of its tables are looked at, which are others there.
"""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from nba_assets.contracts.contract import Contract
from nba_assets.contracts.table import Table
from nba_assets.tables.registry import every_table, monthly_tables
from nba_assets_tests.bigquery.analyser import BigQuery, RefusedError
from nba_assets_tests.bigquery.catalogue import CONTRACTS, NAMES, Sent, of_table, of_the_rest, of_the_schema
from nba_assets_tests.bigquery.scans import LONGEST, MOST_ANEW, parsed, refused, scans, stored_in, unbounded

pytestmark = pytest.mark.slow

EXCEPTIONS = {"make views": "columns of a view that are described; what a view asks is analysed as it is read"}
"""What the analyser refuses and BigQuery does not, by name, and why."""

READ_WHOLE = {
    "ends of a table": "of a table that is moved, all rows are; it is none that wants a filter",
    "rows of a table": "the same; BigQuery knows the number without reading",
    "make views": "whoever reads a view says of which dates",
}
"""What reads a partitioned table without bounds, by name, and why."""


@pytest.mark.parametrize(
    "table",
    sorted((*every_table(), *monthly_tables()), key=lambda table: table.full_name),
    ids=lambda table: table.name,
)
def test_what_is_sent_of_a_table(table: Table) -> None:
    wrong = [found for sent in of_table(table) for found in wrong_with(sent)]

    assert not wrong


def test_what_else_is_sent() -> None:
    assert not [found for sent in (*of_the_rest(), *of_the_schema()) for found in wrong_with(sent)]


def wrong_with(sent: Sent) -> list[str]:
    """All that must not be so of a text that is sent."""
    found = [f"{sent.name}: has {what}" for what in refused(sent.script)]
    if len(sent.script.encode()) >= LONGEST:
        found.append(f"{sent.name}: is too long")
    for statement in parsed(sent.script) if not sent.is_example else ():
        scanned, named = scans(statement)
        if scanned > MOST_ANEW * named:
            found.append(f"{sent.name}: scans {scanned} stored tables and names {named}")
        if sent.name not in READ_WHOLE:
            found += [f"{sent.name}: reads {name} without bounds" for name in unbounded(statement, CONTRACTS)]
        if sent.around is not None:
            found += [f"{sent.name}: names {name}" for name in stored_in(statement) - KNOWN]
    return found + _refused_by_the_analyser(sent)


def _with(also: Sequence[Contract]) -> BigQuery:
    return BigQuery.of((*CONTRACTS, *also), NAMES.project, f"{NAMES.prefix}_")


STORED = _with(())
KNOWN = {NAMES.plain(contract) for contract in CONTRACTS}


def _refused_by_the_analyser(sent: Sent) -> list[str]:
    if sent.name in EXCEPTIONS or sent.around == "":
        return []
    try:
        script = sent.script if sent.around is None else sent.around
        found = (_with(sent.also) if sent.also else STORED).analyse_script(script)
    except RefusedError as error:
        return [f"{sent.name}: {error}"]
    return [f"{sent.name}: {name} is {found[name]}" for name, of in sent.columns.items() if found[name] != of]
