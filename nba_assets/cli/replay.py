"""`nba replay`: one date built again from its raw data, and compared with what is stored."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nba_assets.cli.arguments import DEFAULT_LAKE, DateOption, JsonOption, LakeOption, parse_day
from nba_assets.cli.compare import print_compared
from nba_assets.cli.instance import on_lake, opened
from nba_assets.cli.terminal import out
from nba_assets.contracts.errors import BadInput

if TYPE_CHECKING:
    from nba_assets.audit.compare import Compared


def replay(
    day: DateOption,
    against: Annotated[Path | None, typer.Option(help="Another lake, whose tables it is compared with.")] = None,
    keep: Annotated[
        Path | None, typer.Option(help="A new folder that the rebuilt lake is left in; on BigQuery, a prefix.")
    ] = None,
    as_json: JsonOption = False,
    lake: LakeOption = DEFAULT_LAKE,
) -> None:
    """Build a date again from its raw data, in a lake of its own, and compare every value with what is stored.

    Nothing is written to either lake. On BigQuery it has data sets of its own, which begin with a prefix. Exits with 1
    if anything differs.

    Examples:

        nba replay --date 2021-11-15

        nba replay --date 2021-11-15 --lake /data/corrected --against /data/lake --keep /tmp/replayed
    """
    from nba_assets.orchestration.partitions import partition_days

    (of,) = partition_days(parse_day(day))
    results = _in_lake(lake, of, against, keep) if on_lake() else _on_server(lake, of, against, keep)
    print_compared(results, "production", "replayed")
    if any(found.differences for found in results):
        raise typer.Exit(1)
    out.print(f"{day}: {sum(found.new_rows for found in results):,} rows, all as production holds them")


def _in_lake(lake: Path, day: date, against: Path | None, keep: Path | None) -> list[Compared]:
    from nba_assets.audit.replay import replay

    return replay(lake, day, against, keep)


def _on_server(lake: Path, day: date, against: Path | None, keep: Path | None) -> list[Compared]:
    if against:
        raise BadInput("--against names a lake: on BigQuery a date is compared with what is stored there")

    from nba_assets.audit.replay_bigquery import replay
    from nba_assets.warehouse.bigquery.engine import BigQueryWarehouse

    warehouse = opened(lake)
    assert isinstance(warehouse, BigQueryWarehouse)
    return replay(warehouse, day, str(keep or ""))
