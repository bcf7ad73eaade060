"""Prediction tables by when they are due: those that stand before a game, and those that grade it afterwards.

Told by the declared inputs alone: what reads a date's results, itself or through another, grades. When they are built
is up to jobs, sensors, schedules and commands.
"""

from __future__ import annotations

from functools import cache

from nba_assets.compile.bind import stored_inputs
from nba_assets.contracts.table import Table
from nba_assets.orchestration.slates import OF_THE_DAY, slate_tables, summaries
from nba_assets.tables.registry import every_table

GROUP = "predictions"


@cache
def grading_tables() -> tuple[Table, ...]:
    """What is known of predictions once the games are over, each after those it reads."""
    found: list[Table] = []
    for table in _of_the_group():
        read = {source for source, reaches in stored_inputs(table).items() if reaches & OF_THE_DAY}
        anywhere = stored_inputs(table).keys()
        if read & set(summaries()) or anywhere & set(found):
            found.append(table)
    return tuple(found)


@cache
def forecasting_tables() -> tuple[Table, ...]:
    """What is said of a game before it is played."""
    return tuple(table for table in _of_the_group() if table not in grading_tables())


@cache
def predicting_tables() -> tuple[Table, ...]:
    """The slate's and those that are made of it: all that a prediction of a date is built from but history."""
    wanted = {*slate_tables(), *forecasting_tables()}
    return tuple(table for table in every_table() if table in wanted)


def _of_the_group() -> list[Table]:
    return [table for table in every_table() if table.group == GROUP]
