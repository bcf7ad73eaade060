"""Trial build: some dates of some tables built beside the lake by today's code, and compared with what is stored.

Each date has a lake of its own, in which everything else is as production holds it: so it shows what the code and the
raw data of now change on the date itself, and not what comes of earlier dates that would be built anew. Production is
only read. Which tables and how many dates is the command's business.
"""

from __future__ import annotations

import random
from collections.abc import Collection, Sequence
from datetime import date
from itertools import chain, zip_longest
from pathlib import Path

import duckdb
import pyarrow as pa

from nba_assets.audit.compare import Compared
from nba_assets.audit.replay import compare_days, fill_from, linked, rebuild
from nba_assets.compile.statements import made_from
from nba_assets.contracts.calendar import Window
from nba_assets.contracts.errors import BadInput
from nba_assets.contracts.failures import failures_of
from nba_assets.contracts.table import Table
from nba_assets.warehouse.base import QueryTimeout, TransientError
from nba_assets.warehouse.duckdb import DuckDBWarehouse
from nba_assets.warehouse.lake import Lake
from nba_assets.warehouse.scratch import scratch_folder


def sample(days: Collection[date], number: int, seed: int) -> list[date]:
    """So many of the days, in order: one of each month before a second of any, which one and of which months first as
    the seed has it."""
    chosen = random.Random(seed)
    months: dict[tuple[int, int], list[date]] = {}
    for day in sorted(days):
        months.setdefault((day.year, day.month), []).append(day)
    shuffled = [chosen.sample(of_month, len(of_month)) for of_month in months.values()]
    chosen.shuffle(shuffled)
    in_turn = (day for day in chain(*zip_longest(*shuffled)) if day)
    return sorted(day for day, _ in zip(in_turn, range(number), strict=False))


def try_out(lake: Path, chosen: Sequence[Table], days: Sequence[date]) -> list[Compared]:
    """Build the chosen tables of each day, each after those it reads, and compare their rows and failure records.

    Raises BadInput for a table that cannot be built, or a file that is damaged.
    """
    production = Lake(lake.resolve())
    with scratch_folder() as folder:
        lakes = {day: Lake(folder / str(day)) for day in days}
        for day, own in lakes.items():
            try:
                _build(production, own, chosen, day)
            except (BadInput, duckdb.Error, TransientError, QueryTimeout, pa.ArrowInvalid) as error:
                raise BadInput(f"{day} cannot be built: {str(error).strip().splitlines()[0]}") from error
        return compare_days(chosen, production, lakes)


def _build(production: Lake, own: Lake, chosen: Sequence[Table], day: date) -> None:
    building = {*chosen, *(records for table in chosen if (records := failures_of(table)))}
    for table in chosen:
        fill_from(own, made_from(table, Window(day, day)), lambda _: production, day, linked, building)
    for table in chosen:
        rebuild(DuckDBWarehouse(own), table, Window(day, day))
