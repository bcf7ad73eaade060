"""What is measured, and the record that is kept of a peer's time. Nothing here measures."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from benchmarks.bench import SIMULATED
from nba_assets.contracts.calendar import Window

WORKS: Mapping[str, Window] = {work: SIMULATED.windows[work] for work in ("one_date", "one_season", "full_history")}
"""Those of `make bench`, the shortest first."""

LATEST = Path(__file__).parents[1] / "latest.json"


@dataclass(frozen=True)
class Record:
    """A peer's wall seconds at one of the works, the median of `runs` measured runs, for so many of the tables."""

    peer: str
    work: str
    wall_s: float
    runs: int
    tables: int


@dataclass(frozen=True)
class Sample:
    """A peer's wall seconds at some dates of a work, spread evenly over it; of the whole it says nothing measured."""

    peer: str
    sample_of: str
    dates: int
    of_dates: int
    sample_wall_s: float
    runs: int
    tables: int

    @property
    def seconds_a_date(self) -> float:
        return self.sample_wall_s / self.dates


def spread(dates: Sequence[date], most: int) -> list[date]:
    """At most so many of the dates, spread evenly from the first to the last."""
    if len(dates) <= most:
        return list(dates)
    step = (len(dates) - 1) / max(1, most - 1)
    return [dates[round(number * step)] for number in range(most)]


def keep(found: Sequence[Record | Sample], file: Path = LATEST) -> None:
    """Put records under `peers` and samples under `peer_samples`, each in place of the last of the same peer and work.

    Whatever else the file holds stays as it is.
    """
    kept: dict[str, Any] = json.loads(file.read_text()) if file.exists() else {}
    for key, kind, same in (
        ("peers", Record, ("peer", "work")),
        ("peer_samples", Sample, ("peer", "sample_of")),
    ):
        new = [asdict(record) for record in found if isinstance(record, kind)]
        replaced = [[record[name] for name in same] for record in new]
        old = [record for record in kept.get(key, []) if [record.get(name) for name in same] not in replaced]
        if old or new:
            kept[key] = old + new
    file.write_text(json.dumps(kept, indent=2) + "\n")


def ours(tables: int, file: Path = LATEST) -> Mapping[str, float]:
    """Our own wall seconds by work for so many tables, as `make bench` left them; of works it has not measured there
    are none."""
    results = json.loads(file.read_text()).get("results", []) if file.exists() else []
    return {found["work"]: found["wall_s"] for found in results if found["tables"] == tables}
