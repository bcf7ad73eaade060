"""Tables whose rows stand before a game, told from what they declare to read.

No list of names: results reach such a table from before its date only. What they read of earlier dates, and of the
date itself, follows from the same declarations.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from nba_assets.compile.bind import stored_inputs
from nba_assets.contracts.contract import Contract, RawTable
from nba_assets.contracts.read import Reach, stored_sources
from nba_assets.contracts.table import Table
from nba_assets.tables.registry import every_table
from nba_assets_tests.known_when.rules import results, rule_of

_OF_THE_DATE = (Reach.SAME_DAY, Reach.EVE_AND_DAY, Reach.SEASON_TO_DATE, Reach.WHOLE_SEASON)


def before_a_game(among: Iterable[Table] | None = None) -> list[Table]:
    """The tables whose rows stand before a game, each after those it reads; among all there are, predictions too.

    The games themselves do not: their rows grow a score.
    """
    return [table for table in among or every_table() if not _reads_results(table) and table.name != "games"]


def needed_for(standing: Collection[Table]) -> list[Table]:
    """These tables with all that they read of their own date, in the order to build them."""
    wanted = set(standing)
    for table in reversed(every_table()):
        if table in wanted:
            wanted |= {
                source for source, reach in _sources(table) if reach in _OF_THE_DATE and isinstance(source, Table)
            }
    return [table for table in every_table() if table in wanted]


def made_of(sources: Collection[Contract], tables: list[Table]) -> list[Table]:
    """Those of the tables, each after those it reads, that read one of the sources or another that does."""
    found = set(sources)
    for table in tables:
        if found & stored_inputs(table).keys():
            found.add(table)
    return [table for table in tables if table in found]


def history_of(needed: list[Table]) -> list[Table]:
    """What they read of earlier dates, and what that is made of."""
    wanted = {
        source
        for table in needed
        for source, reach in _sources(table)
        if isinstance(source, Table) and reach is not Reach.SAME_DAY
    }
    for table in reversed(every_table()):
        if table in wanted:
            wanted |= {source for source, _ in _sources(table) if isinstance(source, Table)}
    return [table for table in every_table() if table in wanted]


def _reads_results(source: Contract) -> bool:
    """Whether what happened in the games of a date is in the rows of that date."""
    if not isinstance(source, Table):
        return isinstance(source, RawTable) and rule_of(source) == results()
    return any(reach in _OF_THE_DATE and _reads_results(read) for read, reach in _sources(source))


def _sources(table: Table) -> Iterator[tuple[Contract, Reach]]:
    for name in table.built_from:
        yield from stored_sources(table.reads[name])
