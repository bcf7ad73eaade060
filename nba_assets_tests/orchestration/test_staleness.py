"""What is to be built, and why: of tables made, changed and half made, of which nothing is computed."""

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import dagster as dg
import pytest

from nba_assets.contracts.calendar import Window
from nba_assets.contracts.contract import Column, Contract, RawTable
from nba_assets.contracts.read import eve_and_day, same_day, season_history, whole_season
from nba_assets.contracts.table import Table
from nba_assets.orchestration.keys import asset_key
from nba_assets.orchestration.partitions import DAILY
from nba_assets.orchestration.staleness import Plan, out_of_date
from nba_assets.warehouse.footers import Build
from nba_assets.warehouse.inputs import Content, Inputs

pytestmark = pytest.mark.slow


def raw(name: str) -> RawTable:
    return RawTable(name=name, need="required", feeds=(), **SHAPE, dataset="raw")


def table(name: str, **reads: Any) -> Table:
    return Table(
        name=name, step=name, reads=reads, build=lambda **inputs: next(iter(inputs.values())), **SHAPE, dataset="made"
    )


SHAPE: dict[str, Any] = {
    "columns": (Column("day", "DATE", "the day", required=True),),
    "key": ("day",),
    "partition_by": "day",
}
BOXES, GAMES, LINES = raw("boxes"), raw("games"), raw("lines")
SUMMARY = table("summary", boxes=same_day(BOXES))
SLATE = table("slate", games=whole_season(GAMES), lines=eve_and_day(LINES))
FORM = table("form", summary=season_history(SUMMARY))
FEATURES = table("features", form=same_day(FORM), slate=same_day(SLATE))
ALL = (SUMMARY, SLATE, FORM, FEATURES)

BEFORE = date(2023, 6, 10)
"""A day of the season before."""
DAYS = Window(date(2023, 10, 24), date(2023, 10, 27)).dates()
FIRST, SECOND, THIRD, LAST = DAYS


@dataclass
class Stored:
    """A warehouse that knows only what its partitions hold, of what they were made, and when they changed."""

    at: dict[Contract, dict[date, float]] = field(default_factory=dict)
    holds: dict[tuple[Contract, date], str] = field(default_factory=dict)
    built: dict[tuple[Contract, date], Build] = field(default_factory=dict)
    fill: str = "fill it"

    def contents(self, contract: Contract) -> Mapping[date, str]:
        return {day: self.holds[contract, day] for day in self.at.get(contract, {})}

    def changed_at(self, contract: Contract) -> Mapping[date, float]:
        return self.at.get(contract, {})

    def dates(self, contract: Contract) -> list[date]:
        return sorted(self.at.get(contract, {}))

    def builds(self, contract: Contract, days: Sequence[date]) -> Mapping[date, Build]:
        stored = self.at.get(contract, {})
        return {day: self.built.get((contract, day), Build(True, "")) for day in days if day in stored}

    def change(self, contract: Contract, *days: date) -> None:
        self.at.setdefault(contract, {}).update(dict.fromkeys(days, time.time()))
        self.holds |= {(contract, day): f"{len(self.holds)} {time.time()}" for day in days}

    def touch(self, contract: Contract, at: float) -> None:
        """As copying does: other times, the same content."""
        self.at[contract] = dict.fromkeys(self.at[contract], at)


@dataclass
class World:
    """An instance and a warehouse, in which runs make partitions that hold nothing."""

    instance: dg.DagsterInstance
    stored: Stored = field(default_factory=Stored)

    def plan(self, *tables: Table, days: Sequence[date] = DAYS) -> dict[str, dict[date, str]]:
        found: Plan = out_of_date(self.instance, self.stored, tables or ALL, days)  # type: ignore[arg-type]
        return {made.name: reasons for made, reasons in found.items() if reasons}

    def run(self, *tables: Table, days: Sequence[date] = DAYS, **said: Any) -> None:
        """One run that makes some days of tables."""
        assets = [self._asset(made, **said) for made in tables or ALL]
        first, last = days[0].isoformat(), days[-1].isoformat()
        tags = {"dagster/asset_partition_range_start": first, "dagster/asset_partition_range_end": last}
        dg.materialize(assets, instance=self.instance, tags=tags, raise_on_error=False)

    def _asset(
        self,
        made: Table,
        same: bool = False,
        fails: bool = False,
        meanwhile: RawTable | None = None,
        notes: bool = True,
    ) -> dg.AssetsDefinition:
        deps = [asset_key(read.source) for read in made.reads.values() if isinstance(read.source, Contract)]

        @dg.multi_asset(
            name=made.name,
            specs=[dg.AssetSpec(asset_key(made), deps=deps, partitions_def=DAILY)],
            backfill_policy=dg.BackfillPolicy.single_run(),
        )
        def replace(context: dg.AssetExecutionContext) -> None:
            if fails:
                raise ValueError("no such luck")
            days = [date.fromisoformat(partition) for partition in context.partition_keys]
            inputs = Inputs(made, lambda source: Content(self.stored.contents(source)))
            for day in days:
                self.stored.built[made, day] = Build(True, "", read=inputs.read_on(day) if notes else "")
            if meanwhile:
                self.stored.change(meanwhile, *days)
            if not same:
                self.stored.change(made, *days)

        return replace


@pytest.fixture
def world() -> Iterator[World]:
    with dg.instance_for_test() as instance:
        world = World(instance)
        for source in (BOXES, GAMES, LINES):
            world.stored.change(source, BEFORE, *DAYS)
        yield world


@pytest.fixture
def built(world: World) -> World:
    """Four days of everything, all good."""
    world.run()
    assert world.plan() == {}
    return world


def test_what_was_never_made_is_missing(world: World) -> None:
    assert world.plan() == {made.name: dict.fromkeys(DAYS, "missing") for made in ALL}


def test_only_the_tables_and_days_asked_for_are_looked_at(world: World) -> None:
    assert world.plan(FORM, days=[SECOND]) == {"form": {SECOND: "missing"}}


def test_what_is_no_longer_stored_is_missing(built: World) -> None:
    del built.stored.at[FEATURES][SECOND]
    assert built.plan() == {"features": {SECOND: "missing"}}


def test_what_is_stored_and_was_never_recorded_is_not_called_missing(built: World) -> None:
    with dg.instance_for_test() as new:
        assert World(new, built.stored).plan(SUMMARY) == {"summary": dict.fromkeys(DAYS, "no run on record")}


def test_a_change_of_the_day_builds_the_day_and_all_that_its_history_reaches(built: World) -> None:
    built.stored.change(BOXES, SECOND)
    reads = "reads made.{} {}, which will be built"
    assert built.plan() == {
        "summary": {SECOND: f"older than raw.boxes {SECOND}"},
        "form": dict.fromkeys([THIRD, LAST], reads.format("summary", SECOND)),
        "features": {THIRD: reads.format("form", THIRD), LAST: reads.format("form", LAST)},
    }


def test_a_change_reaches_the_next_day_where_the_evening_before_is_read(built: World) -> None:
    built.stored.change(LINES, SECOND)
    assert built.plan(SLATE)["slate"] == dict.fromkeys([SECOND, THIRD], f"older than raw.lines {SECOND}")


def test_a_change_of_what_is_read_for_a_season_builds_the_season_and_no_other(built: World) -> None:
    built.run(SLATE, days=[BEFORE])
    built.stored.change(GAMES, THIRD)
    assert built.plan(SLATE, days=[BEFORE, *DAYS])["slate"] == dict.fromkeys(DAYS, f"older than raw.games {THIRD}")


def test_a_rebuild_with_the_same_content_is_no_news(built: World) -> None:
    built.run(SUMMARY, same=True)
    assert built.plan() == {}


def test_a_rebuild_with_other_content_is(built: World) -> None:
    built.run(SUMMARY, days=[SECOND])
    assert set(built.plan()) == {"form", "features"}
    assert built.plan()["form"] == dict.fromkeys([THIRD, LAST], f"older than made.summary {SECOND}")


def test_another_schema_is_built_again_and_what_reads_it(built: World) -> None:
    built.stored.built[SUMMARY, THIRD] = Build(False, "")
    assert built.plan() == {
        "summary": {THIRD: "older schema"},
        "form": {LAST: f"reads made.summary {THIRD}, which will be built"},
        "features": {LAST: f"reads made.form {LAST}, which will be built"},
    }


def test_what_is_asked_for_is_built_with_what_reads_it(built: World) -> None:
    asked = {SUMMARY: {THIRD: "older code"}, FEATURES: {FIRST: "older code"}}
    found = out_of_date(built.instance, built.stored, ALL, DAYS, asked)  # type: ignore[arg-type]
    assert found[SUMMARY] == {THIRD: "older code"}
    assert set(found[FORM]) == {LAST}
    assert found[FEATURES] == {FIRST: "older code", LAST: f"reads made.form {LAST}, which will be built"}


def test_what_changed_while_it_was_being_read_is_read_again(built: World) -> None:
    built.run(SUMMARY, meanwhile=BOXES, same=True)
    assert built.plan(SUMMARY) == {"summary": {day: f"older than raw.boxes {day}" for day in DAYS}}
    built.run(SUMMARY, same=True)
    assert built.plan() == {}


def test_neither_a_copy_nor_a_clock_makes_anything_out_of_date(built: World) -> None:
    for at in (0.0, time.time() + 2 * 24 * 60 * 60):
        for source in (BOXES, GAMES, LINES, *ALL):
            built.stored.touch(source, at)
        assert built.plan() == {}


def test_a_change_that_is_dated_earlier_is_a_change(built: World) -> None:
    """As of a file that was restored or synced: which day of a season it was, no time says."""
    for source in (BOXES, GAMES):
        built.stored.change(source, SECOND)
        built.stored.touch(source, 0.0)
    assert built.plan(SUMMARY) == {"summary": {SECOND: f"older than raw.boxes {SECOND}"}}
    assert built.plan(SLATE) == {"slate": dict.fromkeys(DAYS, "older than raw.games")}


def test_what_is_taken_away_is_a_change(built: World) -> None:
    del built.stored.at[GAMES][SECOND]
    assert built.plan(SLATE) == {"slate": dict.fromkeys(DAYS, "older than raw.games")}


def test_what_an_earlier_release_built_goes_by_time_until_it_is_built_again(world: World) -> None:
    world.run(notes=False)
    assert world.plan() == {}
    world.stored.change(BOXES, SECOND)
    assert world.plan(SUMMARY) == {"summary": {SECOND: f"older than raw.boxes {SECOND}"}}
    world.run(SUMMARY, same=True)
    world.stored.touch(BOXES, time.time() + 60)
    assert world.plan(SUMMARY) == {}


def test_a_damaged_partition_is_built_again_and_what_reads_it(built: World) -> None:
    built.stored.holds[SUMMARY, THIRD] = "damaged 0123456789abcdef"
    built.stored.built[FEATURES, FIRST] = Build(False, "", damaged=True)
    assert built.plan() == {
        "summary": {THIRD: "damaged"},
        "form": {LAST: "older than made.summary"},
        "features": {FIRST: "damaged", LAST: f"reads made.form {LAST}, which will be built"},
    }


def test_a_failed_attempt_is_repeated_until_one_succeeds(built: World) -> None:
    built.run(FEATURES, days=[THIRD, LAST], fails=True)
    assert built.plan() == {"features": dict.fromkeys([THIRD, LAST], "failed")}
    built.run(FEATURES, days=[THIRD], same=True)
    assert built.plan() == {"features": {LAST: "failed"}}


def test_a_run_that_was_cancelled_takes_nothing_from_what_there_was(built: World) -> None:
    built.run(FEATURES, fails=True)
    run = built.instance.get_runs(limit=1)[0]
    built.instance.report_run_canceled(run)
    assert built.plan() == {}


def test_an_interrupted_back_fill_leaves_the_rest_and_what_reads_it(built: World) -> None:
    """Summaries and slates of two seasons are made, form of the first season only, features of none."""
    season = Window(date(2023, 6, 1), date(2023, 6, 3)).dates()
    for source in (BOXES, GAMES, LINES):
        built.stored.change(source, *season)
    with dg.instance_for_test() as instance:
        at = {source: dict(built.stored.at[source]) for source in (BOXES, GAMES, LINES)}
        world = World(instance, Stored(at, built.stored.holds))
        world.run(SUMMARY, SLATE, days=season)
        world.run(SUMMARY, SLATE)
        world.run(FORM, days=season)
        assert world.plan(days=[*season, *DAYS]) == {
            "form": dict.fromkeys(DAYS, "missing"),
            "features": dict.fromkeys([*season, *DAYS], "missing"),
        }


def test_the_whole_history_takes_two_seconds(world: World) -> None:
    """Ten tables of five seasons; the log as one run of the range leaves it."""
    days = [day for year in range(2021, 2026) for day in Window.season(year).dates() if day >= date(2021, 10, 19)]
    days = days[:1000]
    many = [table(f"t{n}", boxes=same_day(BOXES), games=whole_season(GAMES)) for n in range(9)]
    many.append(table("t9", **{t.name: season_history(t) for t in many}))
    for source in (BOXES, GAMES):
        world.stored.change(source, *days)
    for made in many:
        world.stored.change(made, *days)
    started = time.perf_counter()
    found = out_of_date(world.instance, world.stored, many, days)  # type: ignore[arg-type]
    assert time.perf_counter() - started < 4
    assert sum(map(len, found.values())) == 10 * len(days)
