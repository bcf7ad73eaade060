"""Declared inputs: what is read, how far back, and conformed views over what is read.

Add a new way of looking back here, as a `Reach`; what it means to Dagster or to an engine is theirs.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum

import ibis.expr.types as ir

from nba_assets.contracts.calendar import Window, season_year
from nba_assets.contracts.contract import Contract

EARLIEST = date(1946, 11, 1)
"""The first game there ever was."""


class Reach(Enum):
    """How far from a partition's own date D an input is read."""

    SAME_DAY = "same day"
    EVE_AND_DAY = "the day and the evening before"
    SEASON_TO_DATE = "season to date, D included"
    SEASON_HISTORY = "season history, strictly before D"
    WHOLE_SEASON = "the whole season, past and future"
    ITS_MONTH = "the partition of the month, its first day"
    ALL_BEFORE = "all seasons, strictly before D"

    def dates(self, window: Window) -> Window:
        """The input dates that the partitions of `window`, all of one season, need."""
        season = Window.season(season_year(window.start))
        match self:
            case Reach.SAME_DAY:
                return window
            case Reach.EVE_AND_DAY:
                return Window(window.start - timedelta(days=1), window.end)
            case Reach.SEASON_TO_DATE:
                return Window(season.start, window.end)
            case Reach.SEASON_HISTORY:
                return Window(season.start, window.end - timedelta(days=1))
            case Reach.WHOLE_SEASON:
                return season
            case Reach.ITS_MONTH:
                return Window(window.start.replace(day=1), window.end.replace(day=1))
            case Reach.ALL_BEFORE:
                return Window(EARLIEST, window.end - timedelta(days=1))


@dataclass(frozen=True)
class Read:
    """One declared input: what is read, and how far back."""

    source: Contract | View
    reach: Reach


def same_day(source: Contract | View) -> Read:
    """Rows of the partition's own date."""
    return Read(source, Reach.SAME_DAY)


def eve_and_day(source: Contract | View) -> Read:
    """Rows of the date and of the evening before, as injury reports are read."""
    return Read(source, Reach.EVE_AND_DAY)


def season_to_date(source: Contract | View) -> Read:
    """Rows of the season up to the date, which is included."""
    return Read(source, Reach.SEASON_TO_DATE)


def season_history(source: Contract | View) -> Read:
    """Rows of the season strictly before the date: what form is made of."""
    return Read(source, Reach.SEASON_HISTORY)


def whole_season(source: Contract | View) -> Read:
    """Rows of the whole season, the future too: the schedule alone is read so, and what is certain of it."""
    return Read(source, Reach.WHOLE_SEASON)


def its_month(source: Contract) -> Read:
    """The partition of the date's month, of a table of months."""
    return Read(source, Reach.ITS_MONTH)


def all_before(source: Contract) -> Read:
    """Rows of all seasons strictly before the date: what models learn from."""
    return Read(source, Reach.ALL_BEFORE)


@dataclass(frozen=True)
class View:
    """A view: one expression over stored tables and other views, compiled into its readers and never stored.

    An input without a reach of its own is read as far back as the view itself is read.
    """

    name: str
    inputs: Mapping[str, Contract | View | Read]
    build: Callable[..., ir.Table]
    description: str = ""

    def __call__(self, **inputs: ir.Table) -> ir.Table:
        return self.build(**inputs)

    def __hash__(self) -> int:
        return hash(self.name)


def view(**inputs: Contract | View | Read) -> Callable[[Callable[..., ir.Table]], View]:
    """Declare a conformed view; its inputs are the function's parameters."""

    def declare(build: Callable[..., ir.Table]) -> View:
        check_parameters(build, inputs)
        return View(build.__name__, inputs, build, inspect.getdoc(build) or "")

    return declare


def inputs_of(view: View, reach: Reach) -> Iterator[tuple[str, Read]]:
    """A view's inputs, each with its own reach or else the view's."""
    for name, given in view.inputs.items():
        yield name, given if isinstance(given, Read) else Read(given, reach)


def stored_sources(read: Read) -> Iterator[tuple[Contract, Reach]]:
    """The stored tables behind an input, through views or directly, and how far back each is read."""
    if isinstance(read.source, View):
        for _, given in inputs_of(read.source, read.reach):
            yield from stored_sources(given)
    else:
        yield read.source, read.reach


def check_parameters(build: Callable[..., ir.Table], inputs: Mapping[str, object]) -> None:
    """Raises TypeError unless the function's parameters are the declared inputs."""
    parameters = list(inspect.signature(build).parameters)
    if sorted(parameters) != sorted(inputs):
        raise TypeError(f"{build.__name__} takes {parameters}, but {list(inputs)} are declared")
