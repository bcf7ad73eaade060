"""Arguments of the `nba` command: the options that commands share, and what people type as dates, ranges, tables.

Everything wrong is told in one line, as BadInput. What belongs to one command only is written there. Dagster and the
tables are imported by the functions that need them: they take seconds, which `nba --help` has no use for.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nba_assets.cli.completion import built_tables
from nba_assets.cli.rows import print_as_json
from nba_assets.contracts.calendar import Window, first_date, season_label, season_year, today
from nba_assets.contracts.errors import BadInput

if TYPE_CHECKING:
    from nba_assets.contracts.table import Table
    from nba_assets.orchestration.backfill.plan import Chunk


def _a_path(given: Path) -> Path:
    """Raises BadInput for a name in which there are bytes that are no text: engines take no such path."""
    if re.search("[\ud800-\udfff]", str(given.absolute())):
        raise BadInput(f"--lake: {os.fspath(given)!r} has bytes in it that are no text: choose another folder")
    return given


LakeOption = Annotated[
    Path,
    typer.Option(
        "--lake", envvar="NBA_LAKE", callback=_a_path, help="Root of the Parquet lake.", show_default="./lake"
    ),
]
TablesOption = Annotated[
    list[str] | None,
    typer.Option(
        "--tables",
        "--table",
        help="Bare table names, by commas; all but predictions if left out.",
        autocompletion=built_tables,
    ),
]
DateOption = Annotated[str, typer.Option("--date", help="The date, YYYY-MM-DD or today, tomorrow, Eastern.")]
StartOption = Annotated[str, typer.Option("--start", help="First date, YYYY-MM-DD or today-7.")]
EndOption = Annotated[str, typer.Option("--end", help="Last date, YYYY-MM-DD or today, tomorrow.")]
UpstreamOption = Annotated[
    bool,
    typer.Option("--upstream", help="First build what of the tables' inputs is not good, back to the season's start."),
]
StrictOption = Annotated[bool, typer.Option("--strict", help="Exit with 1 if an ERROR check is broken, too.")]
JsonOption = Annotated[
    bool,
    typer.Option("--json", callback=print_as_json, help="Tables as JSON, an object a line; all else to stderr."),
]
DEFAULT_LAKE = Path("lake")
_DAYS_FROM_TODAY = {"yesterday": -1, "today": 0, "tomorrow": 1}


def parse_date(text: str, option: str) -> date:
    """A date as YYYY-MM-DD, or as `today`, `yesterday`, `tomorrow`, `today-7`, by Eastern time. Raises BadInput."""
    told = re.fullmatch(r"(?:(\d{4}-\d\d-\d\d)|(yesterday|today|tomorrow))([+-]\d{1,4})?", text, re.ASCII)
    try:
        if not told:
            raise ValueError
        day = date.fromisoformat(told[1]) if told[1] else today() + timedelta(days=_DAYS_FROM_TODAY[told[2]])
        return day + timedelta(days=int(told[3] or 0))
    except (ValueError, OverflowError):
        raise BadInput(f"{option}: {text!r} is no date; write YYYY-MM-DD, or today, yesterday, today-7") from None


def parse_day(text: str) -> Window:
    """One date, as a window. Raises BadInput."""
    day = parse_date(text, "--date")
    return Window(day, day)


def parse_range(start: str, end: str) -> Window:
    """Two dates in order. Raises BadInput."""
    window = Window(parse_date(start, "--start"), parse_date(end, "--end"))
    if window.end < window.start:
        raise BadInput(f"--start {start} is after --end {end}")
    return window


def names_in(given: Sequence[str]) -> list[str]:
    """What an option names that may be given several times, and each time several by commas."""
    return [name.strip() for names in given for name in names.split(",") if name.strip()]


def named_tables(names: Sequence[str]) -> list[Table]:
    """The tables by their bare names, all but predictions for none, in the order they build on each other.

    Raises BadInput for a name there is no table of.
    """
    from nba_assets.tables.registry import every_table, tables

    known = {table.name: table for table in every_table()}
    wanted = names_in(names)
    if unknown := [name for name in wanted if name not in known]:
        raise BadInput(f"--tables: no table called {unknown[0]!r}; there are {', '.join(known)}")
    if names and not wanted:
        raise BadInput(f"--tables names no table; there are {', '.join(known)}")
    return [table for table in every_table() if table.name in wanted] if wanted else list(tables())


def parse_season(text: str) -> int:
    """`2024-25` -> 2024. Raises BadInput."""
    year = text[:4]
    is_year = year.isascii() and year.isdigit() and int(year) < date.max.year  # in which the season would end
    if not is_year or season_label(int(year)) != text:
        raise BadInput(f"--season: {text!r} is no season; write it as 2024-25")
    if int(year) < (first := season_year(first_date())):
        raise BadInput(f"--season: the first season is {season_label(first)}")
    return int(year)


def parse_chunk(text: str) -> Chunk:
    """How a back-fill is split into runs. Raises BadInput."""
    from nba_assets.orchestration.backfill.plan import CHUNKS

    for chunk in CHUNKS:
        if chunk == text:
            return chunk
    raise BadInput(f"--chunk: {text!r} is none of {', '.join(CHUNKS)}")
