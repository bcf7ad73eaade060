"""Back-fills: what is to be built of a range, in which runs, and running them until the range is good.

Why a partition is to be built is staleness's to find, how one run goes is the launch's, and how a back-fill is shown in
the UI its record's.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby
from typing import Literal, get_args

import dagster as dg

from nba_assets.audit.game_days import Calendar
from nba_assets.compile.bind import stored_inputs
from nba_assets.contracts.calendar import Window, season_year
from nba_assets.contracts.table import Table
from nba_assets.orchestration.backfill.record import BackfillRecord
from nba_assets.orchestration.instance.backfills import BulkActionStatus
from nba_assets.orchestration.launch import RunResult, TableProgress, TableResult, launch
from nba_assets.orchestration.partitions import in_a_row
from nba_assets.orchestration.slates import is_conformed
from nba_assets.orchestration.staleness import Plan, follows, is_news

Chunk = Literal["season", "month", "none"]
"""What has a run of its own in a back-fill."""

CHUNKS: tuple[Chunk, ...] = get_args(Chunk)

MOST_RUNS = 10
"""A run costs some ten seconds before it computes anything: past this many, days that are good are built again."""

MOST_FOLLOWING = 250
"""Partitions that may be as they were: to build so many takes about as long as another run does before it begins."""

GAPS = (0, 3, 10, 30, 100, 300)
"""How many good days in a row a run may build again, tried in turn until there are few enough runs."""

FORCED = "forced"


@dataclass(frozen=True)
class Piece:
    """One run: some tables, for days without a gap but days off, which it passes over."""

    tables: tuple[Table, ...]
    days: tuple[date, ...]

    @property
    def partitions(self) -> int:
        return len(self.tables) * len(self.days)


def everything(days: Mapping[Table, Sequence[date]]) -> Plan:
    """The plan that builds all of each table's days, whatever there is."""
    return {table: dict.fromkeys(chosen, FORCED) for table, chosen in days.items()}


def without_days_off(days: Sequence[date], plan: Plan, calendar: Calendar) -> list[date]:
    """The days that runs are made of: those with games, and the days off that have something to be removed."""
    planned = {day for chosen in plan.values() for day in chosen}
    return [day for day in days if day in calendar.scheduled or day in planned]


def pieces(plan: Plan, days: Sequence[date], chunk: Chunk = "none") -> list[Piece]:
    """The runs that build a plan, in an order in which each table is built after those it reads.

    `days` are all of the range that runs are made of, sorted. Only what is planned is built, unless that takes
    more than `MOST_RUNS` runs a chunk: then good days between planned ones are built again, the shortest gaps first.
    """
    return [piece for part in _chunks(days, chunk) for piece in _few(plan, part)]


def _chunks(days: Sequence[date], chunk: Chunk) -> Iterator[list[date]]:
    key: dict[Chunk, Callable[[date], object]] = {
        "none": lambda day: None,
        "season": season_year,
        "month": lambda day: (day.year, day.month),
    }
    for _, part in groupby(days, key[chunk]):
        yield list(part)


def _few(plan: Plan, days: Sequence[date]) -> list[Piece]:
    for gap in GAPS:
        found = _grouped(plan, days, gap)
        if len(found) <= MOST_RUNS:
            return found
    planned = {day for chosen in plan.values() for day in chosen}
    return [Piece(tuple(t for t in plan if plan[t]), span) for span in _spans(days, planned, len(days))]


def _grouped(plan: Plan, days: Sequence[date], gap: int) -> list[Piece]:
    """Tables with the same days together, a run for each span of them; each table after those it reads."""
    groups: list[tuple[list[Table], list[tuple[date, ...]]]] = []
    for table, chosen in plan.items():
        spans = _spans(days, chosen, gap)
        if not spans:
            continue
        read = stored_inputs(table)
        after = max((n for n, (members, _) in enumerate(groups) if any(m in read for m in members)), default=0)
        home = next((members for members, same in groups[after:] if same == spans), None)
        if home is None:
            groups.append(([table], spans))
        else:
            home.append(table)
    return [Piece(tuple(members), span) for members, spans in groups for span in spans]


def _spans(days: Sequence[date], chosen: Collection[date], gap: int) -> list[tuple[date, ...]]:
    """The chosen days in spans, joined over at most `gap` others."""
    places = (place for place, day in enumerate(days) if day in chosen)
    spans = in_a_row(places, lambda place, other: other - place - 1 <= gap)
    return [tuple(days[span[0] : span[-1] + 1]) for span in spans]


@dataclass
class Filled:
    """What a back-fill did: its runs, and what of the range is still not good."""

    backfill_id: str
    runs: list[RunResult] = field(default_factory=list)
    left: Plan = field(default_factory=dict)
    cancelled: bool = False

    @property
    def success(self) -> bool:
        return not self.cancelled and not any(self.left.values())

    @property
    def made(self) -> dict[str, TableResult]:
        """What all runs made of each table."""
        total: dict[str, TableResult] = {}
        for run in self.runs:
            for table, made in run.made.items():
                total[table] = total.get(table, TableResult()) + made
        return total

    @property
    def failures(self) -> dict[str, str]:
        return {table: reason for run in self.runs for table, reason in run.failures.items()}


def ahead(plan: Plan) -> Plan:
    """What of a plan is built before it is looked at again; nothing where all of it is built at once.

    A delivery of raw data that leaves conformed partitions as they were makes nothing after them stale. So where raw
    data has only been delivered anew, what reads it and all that is conformed is built first, and the rest, which is
    planned only because of that, if it has changed. Where a table is lacking itself, as tonight's is, it cannot go
    before what it reads: then the conformed ones go first alone, if so much follows them that a look is worth a run.
    """
    conformed = {table: days for table, days in plan.items() if is_conformed(table)}
    own = {t: {d: why for d, why in days.items() if not follows(why)} for t, days in plan.items() if t not in conformed}
    following = _partitions(plan) - _partitions(conformed) - _partitions(own)
    if all(is_news(reason) for days in own.values() for reason in days.values()):
        first = {table: (conformed | own)[table] for table in plan}
    else:
        first = conformed if following > MOST_FOLLOWING else {}
    return first if following else {}


def _partitions(plan: Plan) -> int:
    return sum(map(len, plan.values()))


def fill(
    instance: dg.DagsterInstance,
    todo: Sequence[Piece],
    look: Callable[[], Plan],
    progress: TableProgress | None = None,
    first: Sequence[Piece] = (),
    days: Sequence[date] = (),
    chunk: Chunk = "none",
) -> Filled:
    """Run the pieces of a back-fill, then `look` whether all is good.

    What is to be built `first` is; what is then still stale, of `days`, takes the place of all other pieces.
    """
    targets: dict[Table, set[date]] = {}
    for piece in todo:
        for table in piece.tables:
            targets.setdefault(table, set()).update(piece.days)
    whole = Window(min(piece.days[0] for piece in todo), max(piece.days[-1] for piece in todo))
    record = BackfillRecord.enter(instance, targets, f"nba backfill {whole}: {len(targets)} tables")
    filled, done = Filled(record.backfill_id), Counter[str]()
    try:
        if first:
            _run_all(instance, first, record, filled, progress, done)
            todo = () if filled.failures or filled.cancelled else pieces(look(), days, chunk)
        _run_all(instance, todo, record, filled, progress, done)
    except KeyboardInterrupt:
        filled.cancelled = True
    filled.left = {t: left for t, left in look().items() if left}
    record.close(_status(filled), filled.left)
    return filled


def _status(filled: Filled) -> BulkActionStatus:
    if filled.cancelled:
        return BulkActionStatus.CANCELED
    return BulkActionStatus.COMPLETED_SUCCESS if filled.success else BulkActionStatus.COMPLETED_FAILED


def _run_all(
    instance: dg.DagsterInstance,
    todo: Sequence[Piece],
    record: BackfillRecord,
    filled: Filled,
    progress: TableProgress | None,
    done: Counter[str],
) -> None:
    """One run after the other; a table that reads one that failed in the same season is left out, as in one run."""
    failed: set[tuple[Table, int]] = set()
    for piece in todo:
        seasons = {season_year(day) for day in piece.days}
        wanted: list[Table] = []
        for table in piece.tables:
            if any((source, season) in failed for source in stored_inputs(table) for season in seasons):
                failed |= {(table, season) for season in seasons}
            else:
                wanted.append(table)
        if not wanted:
            continue
        run = launch(instance, wanted, piece.days, _continued(progress, done), record.tags, record.withdrawn)
        filled.runs.append(run)
        done.update({table.name: len(piece.days) for table in wanted})
        failed |= {(table, season) for table in wanted if table.name in run.failures for season in seasons}
        if run.cancelled:
            filled.cancelled = True
            return


def _continued(progress: TableProgress | None, done: Counter[str]) -> TableProgress | None:
    """TableProgress over all runs: what earlier ones did counts."""
    if progress is None:
        return None
    before = Counter(done)
    return lambda table, days, state: progress(table, before[table] + days, state)
