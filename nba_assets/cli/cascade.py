"""`nba cascade`: the timeline of one date's runs, from raw data to the last table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table as RichTable

from nba_assets.cli.arguments import DEFAULT_LAKE, JsonOption, LakeOption, parse_day
from nba_assets.cli.instance import opened, require_lake
from nba_assets.cli.rows import Rows, print_json
from nba_assets.cli.terminal import out
from nba_assets.contracts.errors import BadInput
from nba_assets.orchestration.instance.opening import instance_at_home

if TYPE_CHECKING:
    from nba_assets.orchestration.run_history.cascade import Cascade


def cascade(
    day: Annotated[str | None, typer.Option("--date", help="The date, YYYY-MM-DD, Eastern.")] = None,
    last: Annotated[int | None, typer.Option(min=1, help="The newest N dates with a run of their own.")] = None,
    as_markdown: Annotated[bool, typer.Option("--markdown", help="As a page of Markdown.")] = False,
    as_json: JsonOption = False,
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

    from nba_assets.orchestration.partitions import partition_days
    from nba_assets.orchestration.run_history.cascade import cascade as look
    from nba_assets.orchestration.run_history.cascade import last_cascades, markdown

    if window:
        partition_days(window)
    warehouse = opened(lake)
    with instance_at_home() as instance:
        found = [look(instance, warehouse, window.start)] if window else last_cascades(instance, warehouse, last or 1)
    if as_markdown:
        out.print("\n".join(map(markdown, found)), highlight=False, soft_wrap=True)
    elif as_json and window:
        _print_json(found[0])
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


def _print_json(cascade: Cascade) -> None:
    """One date, its raw data and then each table of each run."""
    for arrival in cascade.arrivals:
        told = {"need": arrival.table.need, "at": arrival.at, "told_by": arrival.told_by, "records": arrival.records}
        print_json({"kind": "arrival", "date": cascade.day, "table": arrival.table.name, **told})
    for timings in cascade.runs:
        path = {run.processor_name for run in timings.critical_path}
        for run in timings.runs:
            usual, critical = timings.usual.get(run.processor_name), run.processor_name in path
            print_json({"kind": "table run", **asdict(run), "usual_seconds": usual, "on_critical_path": critical})
    never = {"never_run": cascade.never_run, "is_day_off": cascade.is_day_off}
    print_json({"kind": "cascade", "date": cascade.day, **never})


def _print_cascades(cascades: Sequence[Cascade]) -> None:
    """A date a line."""
    names = ("date", "first start", "last end", "runs", "wall s", "work s", "gain", "usual work s", "tables")
    shown = Rows("cascade", names)
    for cascade in cascades:
        wall, work = cascade.wall_seconds, cascade.total_seconds
        first = min((run.first for run in cascade.runs if run.first), default=None)
        last = max((run.last for run in cascade.runs if run.last), default=None)
        gain = work / wall if wall else 1.0
        shown.add(
            cascade.day, first, last, len(cascade.runs), wall, work, gain, cascade.usual_seconds, cascade.statuses
        )
    shown.print()
    if not cascades:
        out.print("no date had a run of its own: those of ranges are shown by --date", highlight=False)
