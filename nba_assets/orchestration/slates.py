"""Slates and summaries: which tables are refreshed together, those of games that were played and of games to come.

Told by what is declared alone, so a new table finds its group by itself. Conformed tables are in neither group: they
go before whichever of them reads them. Which dates have games is not asked here.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from nba_assets.compile.bind import stored_inputs
from nba_assets.contracts.read import Reach
from nba_assets.contracts.table import CONFORMED_DATASET, Table
from nba_assets.tables.registry import every_table, tables

PHASES = {
    "conformed": "phase_3_conformed",
    "analytics": "phase_3_analytics",
    "precompute": "phase_4_precompute",
    "predictions": "phase_5_predictions",
}
"""What the rest of the pipeline calls the work of a group's tables."""

OF_THE_DAY = {Reach.SAME_DAY, Reach.EVE_AND_DAY}


@cache
def summaries() -> tuple[Table, ...]:
    """What is known of a date once its games are over: what another table reads as history, or owes games played."""
    history = {read.source for table in tables() for read in table.reads.values() if read.reach is Reach.SEASON_HISTORY}
    of_games = {table for table in tables() if table.population and table.population.played}
    return tuple(table for table in tables() if table in history | of_games and not is_conformed(table))


@cache
def slate_tables() -> tuple[Table, ...]:
    """All others: what is known of a date before its games begin."""
    return tuple(table for table in tables() if table not in summaries() and not is_conformed(table))


def is_conformed(table: Table) -> bool:
    """Whether it is one of the conformed layer."""
    return table.dataset == CONFORMED_DATASET


@cache
def inputs_of_the_day(table: Table) -> frozenset[Table]:
    """The daily tables whose partition of a date the table's needs, itself or through others of the date."""
    read = {source for source, reaches in stored_inputs(table).items() if reaches & OF_THE_DAY}
    ours = frozenset(source for source in read if isinstance(source, Table))
    return ours.union(*map(inputs_of_the_day, ours))


@cache
def conformed_before(table: Table) -> frozenset[Table]:
    """Those of them that are conformed."""
    return frozenset(filter(is_conformed, inputs_of_the_day(table)))


def with_conformed(wanted: Iterable[Table]) -> tuple[Table, ...]:
    """The tables and all that is conformed for them on the same date, each after those it reads."""
    wanted = set(wanted)
    needed = wanted.union(*map(conformed_before, wanted))
    return tuple(table for table in every_table() if table in needed)
