"""`nba emit`: raw-complete messages sent by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from nba_assets.cli.arguments import DEFAULT_LAKE, LakeOption, parse_date
from nba_assets.cli.terminal import out
from nba_assets.contracts.errors import BadInput


def emit(
    file: Annotated[Path | None, typer.Argument(help="Messages, one a line, sent as they are.")] = None,
    table: Annotated[str | None, typer.Option(help="Or one message: the raw table's bare name.")] = None,
    day: Annotated[str | None, typer.Option("--date", help="Its date, YYYY-MM-DD.")] = None,
    status: Annotated[str, typer.Option(help="success, partial, no_data or failed.")] = "success",
    rows: Annotated[int, typer.Option(min=0, help="How many rows came in.")] = 0,
    lake: LakeOption = DEFAULT_LAKE,
) -> None:
    """Send raw-complete messages by hand, where `NBA_EVENTS` says.

    Examples:

        nba emit ../shared/events/2021-11-15.jsonl

        nba emit --table nbac_team_boxscore --date 2021-11-15 --rows 22
    """
    from nba_assets.orchestration.events.emit import send_file, send_one
    from nba_assets.orchestration.events.sources import event_source

    if (file is None) == (table is None or day is None):
        raise BadInput("nba emit takes a file, or --table and --date")
    source = event_source(lake.resolve())
    if file is not None:
        out.print(f"{send_file(source, file):,} messages sent")
    elif table and day:
        send_one(source, table, parse_date(day, "--date"), status, rows)
        out.print("1 message sent")
