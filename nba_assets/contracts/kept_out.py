"""Rows kept out: what a table does not take of its sources, or which of them it passes over, counted by reason a day.

Each reason is a `Check` whose rows are those kept out, declared with the table's other checks. Its counts stand in the
metadata of the day's materialisation, in one entry for all reasons. Why a row is of no use is the table's to say; what
is kept out of the raw tables when it comes in stands in the quarantine, which the tables that read them count as well.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

import ibis.expr.types as ir

from nba_assets.contracts.checks import counted_in
from nba_assets.contracts.contract import Column, RawTable
from nba_assets.contracts.table import Check, Table


def kept_out(name: str, reason: str, rows: Callable[..., ir.Table], description: str) -> Check:
    """A check that `rows`, a function of the stored rows and any inputs by name, gives nothing for a date; it warns.

    `reason` says in a few words why they are kept out ("of no game of the schedule"); `rows` has the table's partition
    column.
    """
    return Check(name, description, rows, "warn", reason=reason)


def by_reason(table: Table, broken: Mapping[str, Mapping[date, int]]) -> dict[date, dict[str, int]]:
    """The counts of each day, from the rows that break each check by name and day."""
    found: dict[date, dict[str, int]] = {}
    for check in counted_in(table):
        for day, rows in broken.get(check.name, {}).items() if check.reason else ():
            of_day = found.setdefault(day, {})
            of_day[check.reason] = of_day.get(check.reason, 0) + rows
    return found


OLDER, IDENTICAL, CONTRADICTS = "older copies", "identical copies", "copies that contradict one another"
REPAIRED = "game ids without their leading zeros, repaired"

QUARANTINE = RawTable(
    dataset="nba_raw",
    name="quarantine",
    description="What `nba ingest` has not stored of a delivery, or has repaired: rows that contradict one another,"
    " whole; of all else how many of a file. A date that is delivered again has its entries replaced.",
    partition_by="day",
    key=("table_name", "day", "reason", "file", "row"),
    cluster_by=("table_name", "reason"),
    need="optional",
    feeds=(),
    part_column="table_name",
    columns=(
        Column("table_name", "STRING", "the raw table, as dataset.table", required=True),
        Column("day", "DATE", "the rows' partition date; 1970-01-01 of a table that is stored whole", required=True),
        Column("reason", "STRING", "why they are here", required=True),
        Column("file", "STRING", "the delivered file, in the delivery's folder", required=True),
        Column("row", "STRING", "a row that contradicts another, as JSON; empty for a count", required=True),
        Column("rows", "INT64", "for how many rows the entry stands", "count", required=True),
    ),
)


def at_the_door(*sources: RawTable) -> tuple[Check, ...]:
    """What of `sources` was kept out when it came in: a check of rows that contradict one another, notes of the rest.

    Needs the input `quarantine`, of the same day.
    """
    names = [source.full_name for source in sources]

    def of(reason: str) -> Callable[..., ir.Table]:
        def rows(rows: ir.Table, quarantine: ir.Table) -> ir.Table:
            found = quarantine.filter(quarantine.table_name.isin(names) & (quarantine.reason == reason))
            return found.mutate(game_date=found.day)

        return rows

    told = "no two rows of a delivery contradict one another"
    notes = {"older_copies": OLDER, "identical_copies": IDENTICAL, "ids_repaired": REPAIRED}
    return (
        kept_out("deliveries_agree", CONTRADICTS, of(CONTRADICTS), told),
        *(Check(name, why, of(why), "note", reason=why, weight="rows") for name, why in notes.items()),
    )
