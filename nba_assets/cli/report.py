"""`nba report`: a slate or a season as one HTML page."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from nba_assets.cli.arguments import DEFAULT_LAKE, LakeOption, parse_date, parse_season
from nba_assets.cli.instance import require_outside, warehouse_at
from nba_assets.cli.terminal import out
from nba_assets.contracts.errors import BadInput
from nba_assets.orchestration.instance.opening import instance_at_home


def report(
    day: Annotated[
        str | None, typer.Option("--date", help="The slate's date, YYYY-MM-DD or today, tomorrow, Eastern.")
    ] = None,
    season: Annotated[
        str | None,
        typer.Option("--season", help="Instead a season, as 2024-25: coverage, quality and drift until today."),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", help="The file; slate-DATE.html or season-SEASON.html in NBA_REPORTS if left out."),
    ] = None,
    lake: LakeOption = DEFAULT_LAKE,
) -> None:
    """Write the page of a slate, or of a season: one HTML file that needs no server and no network.

    Tonight's games with lines, rest and travel; for each player form, minutes, line beside his games and match-up by
    zone; who is out; what is not ready. Of a season coverage as a calendar, quality by source, drift. Each panel has
    its SQL under it. Only reads the warehouse. Exits with 0 once the page is written, be all ready or not: `nba status`
    and `nba verify` judge that.

    Examples:

        nba report --date today

        nba report --date 2021-11-15 --output slate.html

        nba report --season 2021-22
    """
    require_outside(lake, output)
    if season:
        if day:
            raise BadInput("--date and --season are two reports: give one of them")
        _report_season(lake, parse_season(season), output)
        return
    asked = parse_date(day or "today", "--date")
    warehouse = warehouse_at(lake)

    from nba_assets.audit.game_days import require_season
    from nba_assets.orchestration.reports import slate_file, write_slate

    require_season(warehouse, asked)
    file = output or slate_file(asked)
    with instance_at_home() as instance:
        slate = write_slate(instance, warehouse, asked, file)
    lacking = [table.table for table in slate.tables if not table.ready]
    told = f"; not ready: {', '.join(lacking)}" if lacking else ""
    out.print(f"{file}: {slate.games} games{told}", highlight=False, soft_wrap=True)


def _report_season(lake: Path, year: int, output: Path | None) -> None:
    from nba_assets.orchestration.reports import season_file, season_so_far, write_season

    dates, file = season_so_far(year), output or season_file(year)
    write_season(warehouse_at(lake), dates, file)
    out.print(f"{file}: {dates.start} to {dates.end}", highlight=False, soft_wrap=True)
