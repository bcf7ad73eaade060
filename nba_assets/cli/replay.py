"""`nba replay`: one date built again from its raw data, and compared with what is stored."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from nba_assets.cli.arguments import DEFAULT_LAKE, DateOption, LakeOption, parse_day
from nba_assets.cli.compare import print_compared
from nba_assets.cli.terminal import out


def replay(
    day: DateOption,
    against: Annotated[Path | None, typer.Option(help="Another lake, whose tables it is compared with.")] = None,
    keep: Annotated[Path | None, typer.Option(help="A new folder that the rebuilt lake is left in.")] = None,
    lake: LakeOption = DEFAULT_LAKE,
) -> None:
    """Build a date again from its raw data, in a lake of its own, and compare every value with what is stored.

    Nothing is written to either lake. Exits with 1 if anything differs.

    Examples:

        nba replay --date 2021-11-15

        nba replay --date 2021-11-15 --lake /data/corrected --against /data/lake --keep /tmp/replayed
    """
    from nba_assets.audit.replay import replay as rebuild
    from nba_assets.orchestration.partitions import partition_days

    (date,) = partition_days(parse_day(day))
    results = rebuild(lake, date, against, keep)
    print_compared(results, "production", "replayed")
    if any(found.differences for found in results):
        raise typer.Exit(1)
    out.print(f"{day}: {sum(found.new_rows for found in results):,} rows, all as production holds them")
