"""Tables built in this process, without Dagster: for tests of what is in them, and for the engine's own time."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from nba_assets.audit.game_days import Calendar
from nba_assets.compile.code_version import code_of, code_version
from nba_assets.compile.statements import statements
from nba_assets.contracts.calendar import Window
from nba_assets.contracts.checks import checks_of
from nba_assets.contracts.table import Table
from nba_assets.tables.raw.schedule import nbac_schedule
from nba_assets.tables.registry import tables, tables_behind
from nba_assets.warehouse.build import build_part, write_part
from nba_assets.warehouse.duckdb import DuckDBSession, DuckDBWarehouse
from nba_assets.warehouse.ingest import Ingested, delivered_in, ingest
from nba_assets.warehouse.lake import Lake

TIMEOUT_SECONDS = 600.0


@dataclass(frozen=True)
class Built:
    """One table's build: its seconds, and how many rows break each check that is broken, by name and severity."""

    seconds: float
    broken: dict[str, int]


def build(warehouse: DuckDBWarehouse, window: Window, only: Sequence[Table] | None = None) -> dict[str, Built]:
    """Replace the partitions of `window`, each table after those it reads: all queries of a step, season by season,
    for all dates but days off."""
    return {table.name: _build(warehouse, window, table) for table in only or tables()}


def _build(warehouse: DuckDBWarehouse, window: Window, table: Table) -> Built:
    started = time.perf_counter()
    severity = {check.name: check.severity for check in checks_of(table)}
    broken: Counter[str] = Counter()
    for session, season, days in _parts(warehouse, window, table):
        code = code_of(table, warehouse.dialect)
        part = build_part(session, table, statements(table, warehouse.dialect), season, days, code)
        for check, by_day in part.broken.items():
            broken[f"{check} ({severity[check]})"] += sum(by_day.values())
    return Built(time.perf_counter() - started, dict(broken))


def build_rows(warehouse: DuckDBWarehouse, window: Window, only: Sequence[Table] | None = None) -> None:
    """The same partitions, without a look at what came out: the checks' queries are a good part of a day's time."""
    for table in only or tables():
        code = code_of(table, warehouse.dialect)
        for session, season, days in _parts(warehouse, window, table):
            write_part(session, table, statements(table, warehouse.dialect), season, days, code)


def _parts(
    warehouse: DuckDBWarehouse, window: Window, table: Table
) -> Iterator[tuple[DuckDBSession, Window, list[date]]]:
    """The window season by season with the dates that the table has anything to build for, all in one session."""
    calendar = Calendar.of(warehouse)
    with warehouse.session(TIMEOUT_SECONDS) as session:
        for season in window.by_season():
            if days := calendar.wanted([table], season.dates())[table]:
                yield session, season, days


def lake_of(raw: Path, root: Path, window: Window) -> DuckDBWarehouse:
    """A lake under `root` with `raw` ingested and all tables built for `window`, unless it is there already."""
    warehouse = DuckDBWarehouse(Lake(root))
    done = _marker(warehouse, window)
    if not done.exists():
        ingested = {each.contract.name: _told(each) for each in ingest(raw, warehouse.lake)}
        broken = {table: part.broken for table, part in build(warehouse, window).items()}
        done.write_text(json.dumps({"ingested": ingested, "broken": broken}, indent=2))
    return warehouse


def _told(ingested: Ingested) -> dict[str, Any]:
    numbers = {name: getattr(ingested, name) for name in ("rows_in", "rows_written", "rejected")}
    return numbers | {"window": str(ingested.window)}


def ingested_in(warehouse: DuckDBWarehouse, window: Window) -> dict[str, dict[str, Any]]:
    """What became of each raw table's rows when `lake_of` made the lake."""
    return json.loads(_marker(warehouse, window).read_text())["ingested"]


def broken_in(warehouse: DuckDBWarehouse, window: Window) -> dict[str, dict[str, int]]:
    """How many rows broke each check of each table when `lake_of` built the lake."""
    return json.loads(_marker(warehouse, window).read_text())["broken"]


def _marker(warehouse: DuckDBWarehouse, window: Window) -> Path:
    """The file that says `window` is built."""
    return warehouse.lake.root / f"built-{window}"


def current_lake(raw: Path, root: Path, say: Callable[[str], None]) -> DuckDBWarehouse:
    """A lake under `root` with `raw` ingested and all tables built for every date of its schedule by today's code.

    What is there already stays, but for the tables whose code version has changed, and those that read them.
    """
    warehouse = DuckDBWarehouse(Lake(root))
    done = root / "built.json"
    delivered = {str(file.relative_to(raw)): file.stat().st_size for of in delivered_in(raw).values() for file in of}
    noted = json.loads(done.read_text()) if done.exists() else {}
    if noted.get("delivered") != delivered:
        say(f"ingesting {raw}")
        done.unlink(missing_ok=True)
        ingest(raw, warehouse.lake)
        noted = {"delivered": delivered, "code": {}}
    stale = _stale(noted["code"], warehouse)
    for table in stale:  # before any is built: what is broken off here goes on from here
        noted["code"].pop(table.full_name, None)
    for table, version in stale.items():
        done.write_text(json.dumps(noted))
        say(f"building {table.full_name}")
        days = warehouse.dates(nbac_schedule)
        build(warehouse, Window(days[0], days[-1]), [table])
        noted["code"][table.full_name] = version
    done.write_text(json.dumps(noted))
    return warehouse


def _stale(built: Mapping[str, str], warehouse: DuckDBWarehouse) -> dict[Table, str]:
    """The tables that are not built by today's code or from what is, each after those it reads, with its version."""
    found: dict[Table, str] = {}
    for table in tables():
        version = code_version(table, warehouse.dialect)
        if built.get(table.full_name) != version or found.keys() & tables_behind(table):
            found[table] = version
    return found
