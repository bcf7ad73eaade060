"""Damaged files: one day's delivery of one table, damaged, ingested and built, beside the undamaged build.

Each damage has declared how it must end. A row that differs must be covered: by a check that is broken, or a count of
what was kept out, in some table of its day that reads the damaged one; by its own issues, the label of its source, or a
failure record. Which check has to tell is for the damage to declare.
"""

from __future__ import annotations

import filecmp
import os
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from attack.case import Case, Outcome
from attack.damages import Damage, Draw, End, write_parquet
from attack.damages.before import BEFORE
from attack.damages.boxes import BOXES
from attack.damages.door import DOOR
from attack.damages.plays import PLAYS
from attack.lakes import MONTH, copied
from nba_assets.audit.compare import HASH
from nba_assets.audit.game_days import Calendar
from nba_assets.compile.bind import stored_inputs
from nba_assets.compile.statements import statements
from nba_assets.contracts.calendar import Window
from nba_assets.contracts.contract import Contract, RawTable
from nba_assets.contracts.errors import BadInput
from nba_assets.contracts.failures import failures_of
from nba_assets.contracts.read import Reach
from nba_assets.contracts.table import Table
from nba_assets.tables.registry import tables
from nba_assets.warehouse.build import build_part
from nba_assets.warehouse.duckdb import DuckDBWarehouse
from nba_assets.warehouse.ingest import ingest
from nba_assets.warehouse.lake import Lake
from nba_assets.warehouse.records import records

DAMAGES: tuple[Damage, ...] = (*DOOR, *BOXES, *PLAYS, *BEFORE)
DAYS = [MONTH.end - timedelta(days=back) for back in range(2, 7)]
FOLLOWED_UP = 0.1
"""The share of cases in which the tables that look back are built too, and the next day; it takes six times as long."""
LABELS = ("source", "quality_tier", "quality_issues")
"""Columns by whose names a row says that its source was another, or what was missing."""
TIMEOUT_SECONDS = 600.0


@dataclass
class Found:
    """What was told of the damage, and the rows that differ with what covers each."""

    refused: str = ""
    spoiled: bool = False
    """Something was written before it was refused."""
    kept_out: int = 0
    """Rows that the door kept out, for whatever reason."""
    contradictions: str = ""
    """What the door says of rows that it has put into quarantine."""
    flags: dict[str, set[str]] = field(default_factory=dict)
    """By table: the checks broken, and the reasons for which rows were kept out."""
    covers: dict[str, list[set[str]]] = field(default_factory=dict)
    """By table and day: what covers each row that differs; nothing, if it is silent."""
    columns: dict[str, set[str]] = field(default_factory=dict)

    @property
    def told(self) -> set[str]:
        return {f"{name}.{flag}" for name, flags in self.flags.items() for flag in flags}


def play(case: Case) -> Outcome:
    chance, damage = case.chance, _drawn(case)
    table = chance.choice(damage.tables)
    day = chance.choice([day for day in DAYS if Lake(case.ground.month).file(table, day).exists()])
    what = f"{table.name} {day}"
    try:
        found = _tried(case, chance, damage, table, day)
    except Exception as error:  # whatever is no line for a user
        return Outcome(damage.name, what, [f"{type(error).__name__}: {error}"[:300]], "broke")
    if found is None:
        return Outcome(damage.name, what, skipped="the day has nothing of the kind")
    ended, losses = judge(damage, table, found)
    losses, known = ([], losses) if damage.unmended else (losses, [])
    told, needs = sorted(found.told), needed(damage, found)
    return Outcome(damage.name, what, losses, ended, told=told, needs=needs, known=known)


def _tried(case: Case, chance: Draw, damage: Damage, table: RawTable, day: date) -> Found | None:
    """What came of the damage; None where there is nothing to damage."""
    lake, found = Lake(copied(case.ground.month, case.root / "lake")), Found()
    followed = chance.random() < FOLLOWED_UP
    window = Window(day, day + timedelta(days=1 if followed else 0))
    named = {check.split(".")[0] for check in damage.by}
    made = [each for each in affected(table) if followed or of_the_day(each) or each.name in named]
    try:
        if damage.stored:
            _damage_stored(chance, damage, lake, table, day)
        elif _deliver(chance, damage, lake, table, day, case.root / "raw"):
            _ingest(case.root / "raw", lake, found)
        else:
            return None
        for each in made:
            _build(lake, each, window, found)
        _compare(Lake(case.ground.month), lake, [each for each in made if each.name not in damage.but], window, found)
    except BadInput as error:
        found.refused = str(error)
    return found


def _drawn(case: Case) -> Damage:
    """All damages in an order of the seed's, again and again."""
    order = random.Random(case.seed).sample(DAMAGES, len(DAMAGES))
    return order[case.number % len(order)]


def judge(damage: Damage, table: RawTable, found: Found) -> tuple[str, list[str]]:
    """How it ended, and what is wrong with that."""
    silent = [place for place, rows in found.covers.items() if not all(rows)]
    told = found.told
    if found.refused:
        ended = "refused"
    elif silent:
        ended = "silent"
    elif found.contradictions:
        ended = "quarantined"
    elif not found.covers:
        ended = "same"
    else:
        ended = "flagged" if told else "labelled"
    losses = ["refused, and something was written"] if found.spoiled else []
    if found.refused and (len(found.refused.splitlines()) != 1 or table.name not in found.refused):
        losses.append(f"the line does not name the table: {found.refused[:200]!r}")
    if damage.by and not told & set(damage.by):
        losses.append(f"not told by {' or '.join(damage.by)}, but by {', '.join(sorted(told)) or 'nothing'}")
    if ended not in ALLOWED[damage.ends]:
        what = found.refused or "; ".join(
            f"{place} {len(found.covers[place])} rows: {', '.join(sorted(found.columns[place])[:8])}"
            for place in (silent or sorted(found.covers))[:3]
        )
        losses.append(f"{ended}, not {damage.ends}: {what}; told: {', '.join(sorted(told)) or 'nothing'}")
    return ended, losses


ALLOWED = {
    End.REPAIRED: {"same"},
    End.QUARANTINED: {"quarantined"},
    End.FLAGGED: {"flagged", "labelled", "same"},
    End.REFUSED: {"refused"},
    End.UNDETECTABLE: {"same", "silent", "flagged", "labelled", "refused"},
}


def needed(damage: Damage, found: Found) -> list[str]:
    """The checks that the damage wants broken, or that alone cover some row, which would differ in silence."""
    wanted = found.told & set(damage.by)
    if len(wanted) == 1:
        return sorted(wanted)
    alone = [covers for rows in found.covers.values() for covers in rows if len(covers) == 1]
    return sorted({flag for covers in alone for flag in covers if "." in flag})


# What is delivered.


def _rows(lake: Lake, table: RawTable, day: date) -> pa.Table:
    """The day as it was delivered; of a table that comes as a whole season, the season."""
    files = lake.files(table, None) if table.replaces == "season_year" else [lake.file(table, day)]
    return pa.concat_tables([pq.ParquetFile(file).read() for file in files])


def damaged_rows(chance: Draw, damage: Damage, rows: pa.Table, table: RawTable, day: date) -> pa.Table | None:
    """The rows with those of the day damaged; None if the day has nothing of the kind."""
    if not damage.rows:
        return rows
    listed = records(rows)
    others = [row for row in listed if row[table.partition_by] != day]
    of_day = [row for row in listed if row[table.partition_by] == day]
    damaged = damage.rows(chance, of_day)
    if unknown := {name for row in damaged for name in row} - set(rows.column_names):
        raise KeyError(f"{damage.name}: no column {', '.join(sorted(unknown))}")
    return None if damaged == of_day else pa.Table.from_pylist([*others, *damaged], schema=rows.schema)


def _deliver(chance: Draw, damage: Damage, lake: Lake, table: RawTable, day: date, raw: Path) -> bool:
    """Write the damaged day as a delivery; whether there is anything to damage."""
    folder = raw / table.dataset / table.name
    folder.mkdir(parents=True)
    rows = damaged_rows(chance, damage, _rows(lake, table, day), table, day)
    if rows is not None:
        (damage.file or write_parquet)(chance, rows, folder)
    return rows is not None


def _ingest(raw: Path, lake: Lake, found: Found) -> None:
    """Put the delivery into the lake. Raises BadInput where it is refused, which is to leave the lake as it was."""
    before = _stamps(lake)
    try:
        for each in ingest(raw, lake):
            found.kept_out += sum(each.rejected.values())
            found.contradictions = getattr(each, "contradictions", "")
    except BadInput:
        found.spoiled = _stamps(lake) != before
        raise


def _damage_stored(chance: Draw, damage: Damage, lake: Lake, table: RawTable, day: date) -> None:
    assert damage.file
    beside = lake.root / "damaged"
    beside.mkdir()
    damage.file(chance, pq.ParquetFile(lake.file(table, day)).read(), beside)
    os.replace(beside / "day.parquet", lake.file(table, day))
    beside.rmdir()


def _stamps(lake: Lake) -> list[tuple[str, int]]:
    return sorted((str(path), path.stat().st_ino) for path in lake.root.rglob("*.parquet"))


# What comes of it.


@cache
def affected(raw: RawTable) -> tuple[Table, ...]:
    """The tables that read it, directly or through others, in the order they build on each other."""
    found: set[Contract] = {raw}
    for table in tables():
        if found & set(stored_inputs(table)):
            found.add(table)
    return tuple(table for table in tables() if table in found)


def of_the_day(table: Table) -> bool:
    """Whether it is made of nothing but its own day, its eve, and the schedule."""
    near = {Reach.SAME_DAY, Reach.EVE_AND_DAY, Reach.WHOLE_SEASON}
    return all(reaches <= near for reaches in stored_inputs(table).values())


def _build(lake: Lake, table: Table, window: Window, found: Found) -> None:
    warehouse = DuckDBWarehouse(lake)
    days = Calendar.of(warehouse).wanted([table], window.dates())[table]
    with warehouse.session(TIMEOUT_SECONDS) as session:
        part = build_part(session, table, statements(table, warehouse.dialect), window, days)
    kept_out = getattr(part, "kept_out", {})  # by day and reason, where tables count that
    flags = set(part.broken) | {reason for reasons in kept_out.values() for reason in reasons}
    if flags:
        found.flags[table.name] = flags


def _compare(clean: Lake, lake: Lake, tables_made: Sequence[Table], window: Window, found: Found) -> None:
    """Note each row that differs, with all that covers it; a row that says its source covers its game."""
    told = found.told | ({"kept out at the door"} if found.kept_out or found.contradictions else set())
    differing = [
        (table, day, old, new)
        for table in tables_made
        for day in window.dates()
        for old, new in _differing(clean.file(table, day), lake.file(table, day), table)
    ]
    labelled = {new.get("game_id") for _, _, old, new in differing if old and new and _labels(_changed(old, new))}
    failed = {(table, day): _failed(clean, lake, table, day) for table in tables_made for day in window.dates()}
    for table, day, old, new in differing:
        row, covers = new or old or {}, set(told)
        covers |= {"failure record"} if failed[table, day] & {str(value) for value in row.values()} else set()
        covers |= {"label"} if row.get("game_id") in labelled or _labels(_changed(old or {}, new or {})) else set()
        place = f"{table.name} {day}"
        found.covers.setdefault(place, []).append(covers)
        found.columns.setdefault(place, set()).update(_changed(old, new) if old and new else {"(row)"})


def _changed(old: Mapping[str, Any], new: Mapping[str, Any]) -> set[str]:
    return {name for name in old.keys() & new.keys() if old[name] != new[name]} - {HASH}


def _labels(columns: set[str]) -> bool:
    return any(label in name for name in columns for label in LABELS)


def _failed(clean: Lake, lake: Lake, table: Table, day: date) -> set[str]:
    """Who has a failure record now and had none."""
    records_of = failures_of(table)
    if not records_of:
        return set()
    names = [{row["entity_id"] for row in _read(each.file(records_of, day))} for each in (clean, lake)]
    return names[1] - names[0]


def _read(file: Path) -> Sequence[dict[str, Any]]:
    return records(pq.ParquetFile(file).read()) if file.exists() else ()


_Pair = tuple[dict[str, Any] | None, dict[str, Any] | None]


def _differing(old: Path, new: Path, table: Table) -> Iterator[_Pair]:
    """The rows of a partition that are not the same in both."""
    if old.exists() and new.exists() and filecmp.cmp(old, new, shallow=False):
        return
    sides = [{tuple(row[name] for name in table.key): row for row in _read(file)} for file in (old, new)]
    for key in sorted(sides[0].keys() | sides[1].keys(), key=str):
        before, after = sides[0].get(key), sides[1].get(key)
        if before is None or after is None or _changed(before, after):
            yield before, after
