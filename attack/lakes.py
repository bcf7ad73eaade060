"""Lakes that the attack stands on: simulated once, built undisturbed, and copied by each case.

The undisturbed build is the oracle of everything: after a bad day a lake must be as good, or say so.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path

from filelock import FileLock

import nba_assets
from nba_assets.contracts.calendar import Window
from nba_assets.simulate import write
from nba_assets.warehouse.duckdb import DuckDBWarehouse
from nba_assets.warehouse.ingest import ingest
from nba_assets.warehouse.lake import FILE, Lake
from nba_assets_tests.build import build_rows

SEASON, SEED = 2024, 7
OPENING = date(2024, 10, 22)
FEW_DAYS = Window(OPENING, date(2024, 10, 23))
"""For whatever starts processes: a night of two games and one of many."""
MONTH = Window(OPENING, date(2024, 11, 10))
"""For damaged files: so long that all tables have rows on its last days."""


@dataclass(frozen=True)
class Ground:
    """A folder with what all cases share, each made by the first that asks."""

    folder: Path

    @cached_property
    def few_raw(self) -> Path:
        """The raw files of two days, as they are delivered."""
        return self._once("few_raw", lambda at: write(at, SEASON, SEED, days=FEW_DAYS.days))

    @cached_property
    def few(self) -> Path:
        """A lake with the raw data of two days, and no table."""
        return self._once("few", lambda at: _ingest(self.few_raw, at))

    @cached_property
    def few_built(self) -> Path:
        """The same with all tables."""
        return self._once("few_built", lambda at: _built(self.few, at, FEW_DAYS))

    @cached_property
    def month(self) -> Path:
        """A lake with twenty days and all tables."""
        return self._once("month", self._month)

    def _month(self, at: Path) -> None:
        raw = at.with_name("month_raw")
        shutil.rmtree(raw, ignore_errors=True)
        write(raw, SEASON, SEED, days=MONTH.days)
        _ingest(raw, at)
        build_rows(DuckDBWarehouse(Lake(at)), MONTH)
        shutil.rmtree(raw)

    def raw(self, days: int) -> Path:
        """A lake with the raw data of `days` days from opening night on, and no table."""

        def make(at: Path) -> None:
            raw = at.with_name(f"{at.name}_raw")
            write(raw, SEASON, SEED, days=days)
            _ingest(raw, at)
            shutil.rmtree(raw)

        return self._once(f"raw_{days}", make)

    def _once(self, name: str, make: Callable[[Path], object]) -> Path:
        at = self.folder / name
        self.folder.mkdir(parents=True, exist_ok=True)
        with FileLock(self.folder / f"{name}.lock"):
            if not at.exists():
                unfinished = at.with_name(f"{name}_unfinished")
                shutil.rmtree(unfinished, ignore_errors=True)
                make(unfinished)
                unfinished.rename(at)
        return at


def _ingest(raw: Path, at: Path) -> None:
    ingest(raw, Lake(at))


def _built(raw: Path, at: Path, window: Window) -> None:
    copied(raw, at)
    build_rows(DuckDBWarehouse(Lake(at)), window)


def copied(lake: Path, at: Path) -> Path:
    """A lake as a case's own. Its files are links, which is safe because files are replaced by rename."""
    return Path(shutil.copytree(lake, at, copy_function=os.link))


def partitions(lake: Path) -> Mapping[str, str]:
    """Every partition by its place in the lake, with a hash of its bytes."""
    return {
        str(file.relative_to(lake)): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in sorted(lake.rglob(FILE))
        if not file.relative_to(lake).parts[0].startswith("_")
    }


def code() -> str:
    """A short hash of the sources that make a lake: other code makes other lakes."""
    return _hash_of([Path(__file__), *_PACKAGE])


def code_of_cases() -> str:
    """The same of the attack too: other damages and rules end otherwise in the same lake."""
    return _hash_of([*sorted(Path(__file__).parent.rglob("*.py")), *_PACKAGE])


_PACKAGE = sorted(Path(nba_assets.__file__).parent.rglob("*.py"))


def _hash_of(sources: Sequence[Path]) -> str:
    return hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()[:10]
