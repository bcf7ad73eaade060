"""Simulated season in the shapes of the raw tables, for machines without data.

Real teams, arenas and schedule rules, invented players. Games are played possession by possession, box scores are
sums of the play-by-play, and the sources that report them have their known quirks. The same year and seed give the
same bytes. Reading the files into the lake is the ingest's work.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from nba_assets.contracts.calendar import season_label
from nba_assets.simulate.feeds.collect import collect
from nba_assets.simulate.season import SimulatedSeason

__all__ = ["SimulatedSeason", "simulate", "write"]

Progress = Callable[[str, int, int], None]
"""Hears the date, the games played so far and the games there are."""


def simulate(
    year: int, seed: int, days: int | None = None, progress: Progress | None = None, tonight: date | None = None
) -> dict[str, pa.Table]:
    """The raw tables of a season by `dataset.table`.

    `days` stops after that many calendar days from opening night on; the schedule still holds the whole regular
    season, the later games as scheduled. Playoff games and the Cup final join it once their teams are known. With
    `tonight` instead, all is there that is known when its first game tips off: the results until yesterday, its own
    lines and injury reports, and of tomorrow's games the report of the evening.
    """
    return collect(SimulatedSeason(year, seed, days, tonight), progress)


def write(
    directory: Path,
    year: int,
    seed: int,
    days: int | None = None,
    progress: Progress | None = None,
    tonight: date | None = None,
) -> None:
    """Write the tables as the ingest reads them: `<directory>/<dataset>/<table>/<season label>.parquet`."""
    for name, rows in simulate(year, seed, days, progress, tonight).items():
        dataset, table = name.split(".")
        file = directory / dataset / table / f"{season_label(year)}.parquet"
        file.parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(rows, file, compression="zstd", store_schema=False)
