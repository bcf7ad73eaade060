"""`nba emit`: raw-complete messages sent by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from nba_assets.cli.arguments import DEFAULT_LAKE, LakeOption, parse_date
from nba_assets.cli.terminal import out
from nba_assets.contracts.errors import BadInput
from nba_assets.orchestration.instance.opening import instance_at_home


def emit(
    file: Annotated[Path | None, typer.Argument(help="Messages, one a line, sent as they are.")] = None,
    table: Annotated[str | None, typer.Option(help="Or one message: the raw table's bare name.")] = None,
    day: Annotated[str | None, typer.Option("--date", help="Its date, YYYY-MM-DD.")] = None,
    status: Annotated[str, typer.Option(help="success, partial, no_data or failed.")] = "success",
    rows: Annotated[int, typer.Option(min=0, help="How many rows came in.")] = 0,
    again: Annotated[
        bool, typer.Option("--again", help="Send what is on record of --date (and --table) once more.")
    ] = False,
    lake: LakeOption = DEFAULT_LAKE,
) -> None:
    """Send raw-complete messages by hand, where `NBA_EVENTS` says.

    A message that is sent anew is a new delivery, and builds all that reads it. Sent --again, it is the one it was: it
    builds only what runs have failed to build of it, or were cancelled before.

    Examples:

        nba emit ../shared/events/2021-11-15.jsonl

        nba emit --table nbac_team_boxscore --date 2021-11-15 --rows 22

        nba emit --again --date 2021-11-15
    """
    from nba_assets.orchestration.events.emit import send_again, send_file, send_one
    from nba_assets.orchestration.events.sources import event_source

    if again:
        if file is not None or day is None:
            raise BadInput("nba emit --again takes --date, and --table if need be")
        of = parse_date(day, "--date")
        with instance_at_home() as instance:
            out.print(f"{send_again(event_source(lake.resolve()), instance, of, table):,} messages sent again")
        return
    source = event_source(lake.resolve())
    match file, table, day:
        case Path(), None, None:
            out.print(f"{send_file(source, file):,} messages sent")
        case None, str(), str():
            send_one(source, table, parse_date(day, "--date"), status, rows)
            out.print("1 message sent")
        case _:
            raise BadInput("nba emit takes a file, or --table and --date")
