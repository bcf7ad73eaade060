"""Rows kept out: what a table does not take of its sources, or which of them it passes over, counted by reason a day.

Each reason is a `Check` whose rows are those kept out, declared with the table's other checks. Its counts stand in the
metadata of the day's materialisation, in one entry for all reasons. Why a row is of no use is the table's to say.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Literal

import ibis.expr.types as ir

from nba_assets.contracts.checks import counted_in
from nba_assets.contracts.table import Check, Table


def kept_out(
    name: str,
    reason: str,
    rows: Callable[..., ir.Table],
    description: str,
    severity: Literal["error", "warn", "note"] = "warn",
) -> Check:
    """A check that `rows`, a function of the stored rows and any inputs by name, gives nothing for a date.

    `reason` says in a few words why they are kept out ("of no game of the schedule"); `rows` has the table's partition
    column. A `note` is counted and is no check in Dagster: of what is as it should be, such as a game under way.
    """
    return Check(name, description, rows, severity, reason=reason)


def by_reason(table: Table, broken: Mapping[str, Mapping[date, int]]) -> dict[date, dict[str, int]]:
    """The counts of each day, from the rows that break each check by name and day."""
    found: dict[date, dict[str, int]] = {}
    for check in counted_in(table):
        for day, rows in broken.get(check.name, {}).items() if check.reason else ():
            of_day = found.setdefault(day, {})
            of_day[check.reason] = of_day.get(check.reason, 0) + rows
    return found
