"""`nba simulate`: an invented season in the warehouse."""

from __future__ import annotations

from typing import Annotated

import typer

from nba_assets.cli.arguments import DEFAULT_LAKE, JsonOption, LakeOption, parse_date, parse_season
from nba_assets.cli.bigquery import load_directory
from nba_assets.cli.ingest import ingest_directory
from nba_assets.cli.instance import on_lake
from nba_assets.cli.terminal import bar, out, reporter
from nba_assets.contracts.calendar import season_label, season_year
from nba_assets.contracts.errors import BadInput
from nba_assets.orchestration.instance.opening import instance_at_home


def simulate(
    season: Annotated[
        str | None, typer.Option(help="The season, as 2024-25.", show_default="2024-25, or that of --ending")
    ] = None,
    seed: Annotated[int, typer.Option(help="The same seed gives the same season, to the byte.")] = 7,
    days: Annotated[
        int | None, typer.Option(min=1, help="Play only the first N days; the rest stays scheduled.")
    ] = None,
    ending: Annotated[
        str | None,
        typer.Option(
            help="As the evening of this date finds it, YYYY-MM-DD or today: results until the day before, "
            "this date's lines and injury reports, and what is known of the next date."
        ),
    ] = None,
    as_json: JsonOption = False,
    lake: LakeOption = DEFAULT_LAKE,
) -> None:
    """Play out an invented season, event by event, and ingest it as raw data. For machines without data.

    Teams, arenas and the calendar's rules are real; players, games and lines are not. On BigQuery it is loaded into the
    raw tables that `nba bigquery init` has made. Raw dates are put on record with Dagster; nothing runs because of it.

    Examples:

        nba simulate --season 2024-25 --seed 7

        nba simulate --season 2023-24 --days 30

        nba simulate --ending today
    """
    from nba_assets.orchestration.events.on_record import record_ingested
    from nba_assets.simulate import write
    from nba_assets.warehouse.scratch import scratch_folder

    if ending and (season or days):
        raise BadInput("--ending says the season and its days: leave out --season and --days")
    tonight = parse_date(ending, "--ending") if ending else None
    year = parse_season(season_label(season_year(tonight)) if tonight else season or "2024-25")
    with scratch_folder() as scratch, bar() as progress:
        write(scratch, year, seed, days, reporter(progress), tonight)
        progress.stop()
        if on_lake():
            ingested = ingest_directory(scratch, lake)
            with instance_at_home() as instance:
                record_ingested(instance, ingested)
        else:
            load_directory(scratch)
    out.print(
        f"This is a [bold]simulated[/bold] season {season_label(year)} (seed {seed}): no game of it was ever played.",
        markup=True,
    )
