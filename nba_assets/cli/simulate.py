"""`nba simulate`: an invented season in the warehouse."""

from __future__ import annotations

from typing import Annotated

import typer

from nba_assets.cli.arguments import DEFAULT_LAKE, LakeOption, parse_season
from nba_assets.cli.bigquery import load_directory
from nba_assets.cli.ingest import ingest_directory
from nba_assets.cli.instance import on_lake
from nba_assets.cli.terminal import bar, out, reporter


def simulate(
    season: Annotated[str, typer.Option(help="The season, as 2024-25.")] = "2024-25",
    seed: Annotated[int, typer.Option(help="The same seed gives the same season, to the byte.")] = 7,
    days: Annotated[
        int | None, typer.Option(min=1, help="Play only the first N days; the rest stays scheduled.")
    ] = None,
    lake: LakeOption = DEFAULT_LAKE,
) -> None:
    """Play out an invented season, event by event, and ingest it as raw data. For machines without data.

    Teams, arenas and the calendar's rules are real; players, games and lines are not. On BigQuery it is loaded into the
    raw tables that `nba bigquery init` has made.

    Examples:

        nba simulate --season 2024-25 --seed 7

        nba simulate --season 2023-24 --days 30
    """
    from nba_assets.simulate import write
    from nba_assets.warehouse.scratch import scratch_folder

    year = parse_season(season)
    with scratch_folder() as scratch, bar() as progress:
        write(scratch, year, seed, days, reporter(progress))
        progress.stop()
        if on_lake():
            ingest_directory(scratch, lake)
        else:
            load_directory(scratch)
    out.print(
        f"This is a [bold]simulated[/bold] season {season} (seed {seed}): no game of it was ever played.", markup=True
    )
