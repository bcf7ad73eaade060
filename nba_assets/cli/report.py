"""`nba report`: a slate or a season as one HTML page."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from nba_assets.cli.arguments import DEFAULT_LAKE, LakeOption, parse_date
from nba_assets.cli.instance import warehouse_at
from nba_assets.cli.terminal import out
from nba_assets.orchestration.instance.opening import instance_at_home


def report(
    day: Annotated[
        str | None, typer.Option("--date", help="The slate's date, YYYY-MM-DD or today, tomorrow, Eastern.")
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", help="The file; slate-DATE.html in NBA_REPORTS if left out.")
    ] = None,
    lake: LakeOption = DEFAULT_LAKE,
) -> None:
    """Write the page of a slate: one HTML file that needs no server and no network.

    Tonight's games with lines, rest and travel; for each player form, minutes, line beside his games and match-up by
    zone; who is out; what is not ready. Each panel has its SQL under it. Only reads the warehouse. Exits with 0 once
    the page is written, be all ready or not: `nba status` judges that.

    Examples:

        nba report --date today

        nba report --date 2021-11-15 --output slate.html
    """
    asked = parse_date(day or "today", "--date")
    warehouse = warehouse_at(lake)

    from nba_assets.orchestration.reports import slate_file, write_slate

    file = output or slate_file(asked)
    with instance_at_home() as instance:
        slate = write_slate(instance, warehouse, asked, file)
    lacking = [table.table for table in slate.tables if not table.ready]
    told = f"; not ready: {', '.join(lacking)}" if lacking else ""
    out.print(f"{file}: {slate.games} games{told}", highlight=False, soft_wrap=True)
