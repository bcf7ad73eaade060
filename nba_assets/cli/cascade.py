"""`nba cascade`: the timeline of one date's runs, from raw data to the last table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table as RichTable

from nba_assets.cli.arguments import DEFAULT_LAKE, LakeOption, parse_day
from nba_assets.cli.instance import opened, require_lake
from nba_assets.cli.terminal import out
from nba_assets.contracts.calendar import eastern
from nba_assets.contracts.errors import BadInput
from nba_assets.orchestration.instance.opening import instance_at_home

if TYPE_CHECKING:
    from nba_assets.orchestration.run_history.cascade import Cascade


def cascade(
    day: Annotated[str | None, typer.Option("--date", help="The date, YYYY-MM-DD, Eastern.")] = None,
    last: Annotated[int | None, typer.Option(min=1, help="The newest N dates instead, a line each.")] = None,
    as_markdown: Annotated[bool, typer.Option("--markdown", help="As a page of Markdown.")] = False,
    lake: LakeOption = DEFAULT_LAKE,
) -> None:
    """How a date came about: when its raw data was there, when each table started and ended, what it waited for.

    Each table is compared with the median of its last ten runs for a single date.

    Examples:

        nba cascade --date 2021-11-15

        nba cascade --last 7
    """
    if (day is None) == (last is None):
        raise BadInput("--date or --last: give one of the two")
    window = parse_day(day) if day else None
    require_lake(lake)

    from nba_assets.orchestration.run_history.cascade import cascade as look
    from nba_assets.orchestration.run_history.cascade import last_cascades, markdown

    warehouse = opened(lake)
    with instance_at_home() as instance:
        found = [look(instance, warehouse, window.start)] if window else last_cascades(instance, warehouse, last or 1)
    if as_markdown:
        out.print("\n".join(map(markdown, found)), highlight=False, soft_wrap=True)
    elif window:
        _print_cascade(found[0])
    else:
        _print_cascades(found)


def _print_cascade(cascade: Cascade) -> None:
    """One date: when its raw data was there, then each run that built its tables."""
    from nba_assets.orchestration.run_history.cascade import ARRIVAL_COLUMNS, arrival_line, title
    from nba_assets.orchestration.run_history.table_run import COLUMNS

    raw = RichTable(*ARRIVAL_COLUMNS, title=f"raw data of {cascade.day}", title_justify="left")
    for arrival in cascade.arrivals:
        raw.add_row(*arrival_line(arrival))
    out.print(raw)
    for timings in cascade.runs:
        shown = RichTable(*COLUMNS, title=title(timings), title_justify="left")
        for cells in timings.lines():
            shown.add_row(*cells)
        out.print(shown)
        out.print(timings.summary, highlight=False)
    if cascade.is_day_off:
        out.print(f"no games on {cascade.day}: nothing is to run", highlight=False)
    if cascade.never_run:
        out.print(f"never run for {cascade.day}: {', '.join(cascade.never_run)}", highlight=False)
    out.print("Times are Eastern; * is on the critical path.", highlight=False)


def _print_cascades(cascades: Sequence[Cascade]) -> None:
    """A date a line."""
    shown = RichTable("date", "first start", "last end", "runs", "wall s", "work s", "gain", "usual work s", "tables")
    for cascade in cascades:
        usual = cascade.usual_seconds
        gain = cascade.total_seconds / cascade.wall_seconds if cascade.wall_seconds else 1.0
        shown.add_row(
            str(cascade.day),
            eastern(min((run.first for run in cascade.runs if run.first), default=None)),
            eastern(max((run.last for run in cascade.runs if run.last), default=None)),
            str(len(cascade.runs)),
            f"{cascade.wall_seconds:.1f}",
            f"{cascade.total_seconds:.1f}",
            f"{gain:.1f}",
            "" if usual is None else f"{usual:.1f}",
            cascade.statuses,
        )
    out.print(shown)
