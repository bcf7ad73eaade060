"""Inputs as a partition has read them: a note of what they held, kept in its footer, and whether they still hold it.

The content of every partition that a day's reach takes in goes into one hash for each input. So what is out of date
follows from what is stored alone: neither copying nor touching a lake changes that, and a changed row does, whatever
the time of its file. Partitions without rows count as none, since days off may have some or not. Tables stored whole
have no dates: a change of theirs would mean all of history, and is not noted.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache

from nba_assets.compile.bind import stored_inputs
from nba_assets.contracts.calendar import Window, season_year
from nba_assets.contracts.contract import Contract
from nba_assets.contracts.errors import BadInput
from nba_assets.contracts.read import Reach
from nba_assets.contracts.table import Table
from nba_assets.warehouse.footers import DAMAGED

_NOTHING = "none"
_HASH = 12


def dated_inputs(table: Table) -> list[tuple[Contract, Reach]]:
    """The stored inputs that have dates, in a fixed order: one that is read in two ways is there twice."""
    stored = stored_inputs(table).items()
    return [(s, r) for s, reaches in stored if s.partition_by for r in sorted(reaches, key=lambda reach: reach.name)]


@cache
def dates_read(reach: Reach, day: date) -> Window:
    """The dates of an input that the partition of a day reads."""
    return reach.dates(Window(day, day))


@dataclass
class Content:
    """What the stored partitions of a table hold."""

    of: Mapping[date, str]
    _seasons: dict[int, tuple[list[date], list[str]]] = field(default_factory=dict)

    def over(self, dates: Window) -> str:
        """One hash of all that is stored of some days, or of a season from its start."""
        season = Window.season(season_year(dates.start))
        if dates.start != season.start:
            found = _chained([(day, self.of[day]) for day in dates.dates() if self.of.get(day)])
            return found[-1] if found else _NOTHING
        days, hashes = self._season(season)
        count = bisect_right(days, dates.end)
        return hashes[count - 1] if count else _NOTHING

    def _season(self, season: Window) -> tuple[list[date], list[str]]:
        """A season's days with rows, and for each the hash from the season's start until then."""
        year = season.start.year
        if year not in self._seasons:
            found = sorted((day, content) for day, content in self.of.items() if content and day in season)
            self._seasons[year] = [day for day, _ in found], _chained(found)
        return self._seasons[year]


def _chained(days: list[tuple[date, str]]) -> list[str]:
    """For each day the hash of its content and of all before it."""
    found, before = [], ""
    for day, content in days:
        before = hashlib.sha256(f"{before} {day} {content}".encode()).hexdigest()[:_HASH]
        found.append(before)
    return found


@dataclass
class Inputs:
    """The inputs of a table as they are stored now; `content` tells what the partitions of one hold."""

    table: Table
    content: Callable[[Contract], Content]

    def __post_init__(self) -> None:
        self._dated = [(s, r, f"{s.name} {r.name}", self.content(s)) for s, r in dated_inputs(self.table)]

    def read_on(self, day: date) -> str:
        """What the partition of a day reads, as it is noted."""
        return ";".join(f"{name}={of.over(dates_read(reach, day))}" for _, reach, name, of in self._dated)

    def changed(self, noted: str, day: date) -> list[tuple[Contract, Reach]]:
        """The inputs that no longer hold what a partition has noted of them; one that it has not is other code."""
        if noted == self.read_on(day):
            return []
        then = dict(part.split("=") for part in noted.split(";") if part.count("=") == 1)
        now = [(source, reach, name, of.over(dates_read(reach, day))) for source, reach, name, of in self._dated]
        return [(source, reach) for source, reach, name, held in now if then.get(name, held) != held]

    def require_whole(self, window: Window) -> None:
        """Raises BadInput for an input of which a partition that the window reads is damaged."""
        for source, reach, _, of in self._dated:
            for day, content in of.of.items():
                if content.startswith(DAMAGED) and day in reach.dates(window):
                    again = "build" if isinstance(source, Table) else "ingest"
                    raise BadInput(f"reads {source.full_name} of {day}, which is damaged: {again} it again")
