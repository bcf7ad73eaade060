"""All that is sent to BigQuery: its analyser accepts it, and it reads what it must, once and no further back.

One date at a time; that a range compiles too, other tests show by evaluating one. The analyser needs about 0.6 ms for
each column of each SELECT, so each statement is analysed once.
"""

from __future__ import annotations

import pytest

from nba_assets.contracts.table import Table
from nba_assets.tables.registry import every_table, monthly_tables
from nba_assets_tests.bigquery.analyser import BigQuery, RefusedError
from nba_assets_tests.bigquery.catalogue import CONTRACTS, NAMES, Sent, of_table, of_the_rest, of_the_schema
from nba_assets_tests.bigquery.scans import LONGEST, MOST_ANEW, parsed, refused, scans, unbounded

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
    return found + _refused_by_the_analyser(sent)


def _refused_by_the_analyser(sent: Sent) -> list[str]:
    if sent.name in EXCEPTIONS:
        return []
    try:
        # To hand all of them over takes longer than to analyse a short statement.
        named = [c for c in CONTRACTS if f"`{c.name}`" in sent.script or f"{c.dataset}`.INFORMATION" in sent.script]
        found = BigQuery.of((*named, *sent.also), NAMES.project, f"{NAMES.prefix}_").analyse_script(sent.script)
    except RefusedError as error:
        return [f"{sent.name}: {error}"]
    return [f"{sent.name}: {name} is {found[name]}" for name, of in sent.columns.items() if found[name] != of]
