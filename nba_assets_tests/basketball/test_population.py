"""Whom the tables of form cover, on which dates, and that nobody is lost between rows and failure records."""

from __future__ import annotations

import inspect
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from typing import Any

import ibis
import ibis.expr.types as ir
import pytest

from nba_assets.basketball import population
from nba_assets.basketball.features.versions import VERSIONS
from nba_assets.contracts.checks import checks_of
from nba_assets.contracts.failures import failures_of
from nba_assets.contracts.table import Owed, Table
from nba_assets.tables.analytics.team_defense_game_summary import team_defense_game_summary
from nba_assets.tables.analytics.upcoming_player_game_context import upcoming_player_game_context
from nba_assets.tables.analytics.upcoming_team_game_context import upcoming_team_game_context
from nba_assets.tables.conformed.games import games
from nba_assets.tables.conformed.views.schedule import season_starts
from nba_assets.tables.registry import tables
from nba_assets_tests.given import COVERED, MATCH, THE_DAY, TODAY, ago, played, result, team_game_rows, upcoming
from nba_assets_tests.rows import Query, Row, broken_of, failed_of, rows_of, skipped_of, told

FORM = [made for made in tables() if made.population and made.population.exact]
WITH_RECORDS = [made for made in FORM if failures_of(made)]
CHECK = "eligible_is_written_or_failed"

OPENING = date(2024, 10, 22)
DAYS = {"slate": games, "season_starts": season_starts}


@cache
def _query(name: str) -> Query:
    return Query(getattr(population, name), DAYS)


def slate(*days: date, **more: Any) -> list[Row]:
    return [COVERED["slate"][0] | {"game_date": day} | more for day in days]


def covered(*rows: Row, starts: date = OPENING) -> list[date]:
    found = _query("covered_days")(slate=rows, season_starts=[{"season_year": 2024, "starts_on": starts}])
    return sorted(row["game_date"] for row in found)


def skipped(*rows: Row) -> list[tuple]:
    found = _query("early_days")(slate=rows, season_starts=COVERED["season_starts"])
    return told(found, "game_date", "reason")


def test_the_tables_of_form() -> None:
    assert sorted(made.name for made in FORM) == [
        "ml_feature_store_v2",
        "player_composite_factors",
        "player_daily_cache",
        "player_shot_zone_analysis",
        "team_defense_zone_analysis",
    ]


def test_the_fifteenth_day_is_the_first() -> None:
    """A season's day 14, counted from nought."""
    days = [OPENING + timedelta(days=n) for n in (0, 1, 13, 14, 15, 200)]
    assert covered(*slate(*days)) == days[3:]
    assert skipped(*slate(*days)) == [
        (days[0], "early season: day 1 of the first 14 builds nothing"),
        (days[1], "early season: day 2 of the first 14 builds nothing"),
        (days[2], "early season: day 14 of the first 14 builds nothing"),
    ]


def test_dates_before_a_season_are_neither_covered_nor_skipped() -> None:
    rows = slate(OPENING - timedelta(days=3))
    assert (covered(*rows), skipped(*rows)) == ([], [])


def test_a_date_counts_once_however_many_games_it_has() -> None:
    assert covered(*slate(TODAY), *slate(TODAY, game_id="another")) == [TODAY]


def test_a_postponed_game_makes_no_date() -> None:
    tomorrow, early = TODAY + timedelta(days=1), OPENING + timedelta(days=2)
    postponed = slate(tomorrow, early, is_postponed=True)
    assert (covered(*slate(TODAY), *postponed), skipped(*postponed)) == ([TODAY], [])
    assert covered(*slate(TODAY), *slate(TODAY, is_postponed=True)) == [TODAY]


@pytest.mark.parametrize("kind", ["regular", "cup_final", "play_in", "playoffs"])
def test_every_real_game_makes_a_date(kind: str) -> None:
    assert covered(*slate(TODAY, season_type=kind)) == [TODAY]


def test_each_season_starts_on_its_own_day() -> None:
    """A season that begins two days before Christmas, and a date of one whose start is not known."""
    assert covered(*slate(date(2021, 1, 5), season_year=2024), starts=date(2020, 12, 22)) == [date(2021, 1, 5)]
    assert covered(*slate(TODAY, season_year=2023)) == []


ELIGIBLE = {"context": [upcoming()], "results": [result(1)], "players": [played(1)]}


@pytest.mark.parametrize("made", FORM, ids=lambda made: made.name)
@pytest.mark.parametrize("kind", ["regular", "cup_final"])
def test_a_one_game_slate_has_somebody(made: Table, kind: str) -> None:
    """Of the ordinary season or the Cup's final alike; a postponed game and an early day have nobody."""
    assert made.population
    named = inspect.signature(made.population.owed[0].eligible).parameters
    inputs = {"season_starts": COVERED["season_starts"]} | {n: rows for n, rows in ELIGIBLE.items() if n in named}

    def owed(rows: list[Row], **more: Any) -> list[tuple]:
        found = broken_of(made, CHECK, [], slate=rows, **inputs | more)
        return told(found, str(made.partition_by), "unaccounted")

    assert set(owed(slate(TODAY, season_type=kind))) == {(TODAY, 1)}, "the feature store owes a row a version"
    assert owed(slate(TODAY, is_postponed=True)) == []
    assert owed(slate(TODAY), season_starts=[{"season_year": 2024, "starts_on": ago(13)["game_date"]}]) == []


@pytest.mark.parametrize("made", FORM, ids=lambda made: made.name)
def test_an_early_day_has_no_rows_no_records_and_a_reason(made: Table) -> None:
    early = {"slate": COVERED["slate"], "season_starts": [{"season_year": 2024, "starts_on": ago(3)["game_date"]}]}
    history: dict[str, list[Row]] = {
        "context": [upcoming()],
        "players": [played(days) for days in range(1, 20)],
        "defense": [ago(days, defending_team_abbr="NYK") for days in range(1, 20)],
    }
    inputs = {**early, **{name: rows for name, rows in history.items() if name in made.built_from}}
    if "results" in made.built_from:
        inputs["results"] = [result(days) for days in range(1, 20)]
    assert rows_of(made, **inputs) == []
    if failures_of(made):
        assert failed_of(made, **inputs) == []
    assert told(skipped_of(made, **early), "reason") == [("early season: day 4 of the first 14 builds nothing",)]


def test_everybody_has_a_row_of_each_feature_version() -> None:
    store = next(made for made in FORM if made.name == "ml_feature_store_v2")
    inputs = {"slate": COVERED["slate"], "season_starts": COVERED["season_starts"], "context": [upcoming()]}
    both = [{"player_lookup": "brunson", "game_date": TODAY, "feature_version": name} for name in VERSIONS]

    def unaccounted(*rows: Row) -> list[tuple]:
        return told(broken_of(store, CHECK, rows, [], **inputs), "entity", "unaccounted")

    assert unaccounted(*both) == []
    assert unaccounted(both[0]) == [("brunson (v3)", 1)]
    assert unaccounted(*both, both[1]) == [("brunson (v3)", -1)]


@pytest.mark.parametrize(
    "made", [made for made in FORM if isinstance(made.population.owed[0].entity, str)], ids=lambda made: made.name
)
def test_nobody_is_lost_between_rows_and_records(made: Table) -> None:
    """Without a row and a record: found. With both: found. Twice: found. On a date without anybody: found."""
    assert made.population
    named = inspect.signature(made.population.owed[0].eligible).parameters
    inputs = {name: rows for name, rows in {**COVERED, **ELIGIBLE}.items() if name in named}
    entity, day = str(made.population.owed[0].entity), str(made.partition_by)
    who = "NYK" if entity == "team_abbr" else "brunson"
    row = {entity: who, day: TODAY}

    def unaccounted(rows: list[Row], failures: list[Row]) -> list[tuple]:
        return told(broken_of(made, CHECK, rows, failures, **inputs), "entity", "unaccounted")

    assert unaccounted([row], []) == []
    assert unaccounted([], []) == [(who, 1)]
    assert unaccounted([row, row], []) == [(who, -1)]
    assert unaccounted([row, row | {entity: "stranger"}], []) == [("stranger", -1)]
    assert unaccounted([row, row | {day: ago(1)["game_date"]}], []) == [(who, -1)]
    if made in WITH_RECORDS:
        record = {"entity_id": who, "analysis_date": TODAY}
        assert unaccounted([], [record]) == []
        assert unaccounted([row], [record]) == [(who, -1)]
        assert unaccounted([], [record, record]) == [(who, -1)]


def test_the_check_is_an_error_and_asks_for_what_it_needs() -> None:
    for made in FORM:
        assert made.population
        check = next(check for check in checks_of(made) if check.name == CHECK)
        assert check.severity == "error"
        assert set(check.needs) == set(inspect.signature(made.population.owed[0].eligible).parameters)
    others = [made for made in tables() if made not in FORM]
    assert not [made for made in others if CHECK in {check.name for check in checks_of(made)}]


def test_who_may_stay_without_a_row_has_records_of_it() -> None:
    assert sorted(made.name for made in WITH_RECORDS) == [
        "player_daily_cache",
        "player_shot_zone_analysis",
        "team_defense_zone_analysis",
    ]
    for made in WITH_RECORDS:
        records = failures_of(made)
        assert records
        assert (records.full_name, records.part) == ("nba_processing.precompute_failures", made.name)
        assert records is failures_of(made)


COUNTED = ibis.schema({"who": "string", "game_date": "date", "games": "int64", "games_expected": "int64"})


def test_too_few_games() -> None:
    """Enough games: no record. Enough to be expected: a gap, to be tried again. Else there were no more to play."""
    query = Query(lambda rows: population.too_few_games(rows, "who", 10, thin="THIN", gap="GAP"), {"rows": COUNTED})
    counts = [(10, 10), (12, 10), (9, 9), (9, 10), (0, 40), (0, 0)]
    found = query(
        rows=[
            {"who": f"{games} of {expected}", "game_date": TODAY, "games": games, "games_expected": expected}
            for games, expected in counts
        ]
    )
    names = ("entity_id", "failure_category", "can_retry", "actual_game_count", "expected_game_count")
    assert told(found, *names) == [
        ("0 of 0", "THIN", False, 0, 0),
        ("0 of 40", "GAP", True, 0, 40),
        ("9 of 10", "GAP", True, 9, 10),
        ("9 of 9", "THIN", False, 9, 9),
    ]
    assert told(found, "failure_reason")[0] == ("0 of 0 games before the date; 10 are needed",)


def owed_by(made: Table, **inputs: list[Row]) -> list[list[str]]:
    """Who is owed a row in the table, in words, for each kind of whom it owes one."""
    found = []
    for owed in made.population.owed if made.population else ():
        names = inspect.signature(owed.eligible).parameters
        reads = {name: {**made.reads, **made.population.reads}[name] for name in names}

        def named(owed: Owed = owed, **given: ir.Table) -> ir.Table:
            rows = owed.eligible(**given)
            return rows.select(who=owed.name(rows))

        rows = Query(named, reads)(**{name: rows for name, rows in inputs.items() if name in names})
        found.append(sorted(row["who"] for row in rows))
    return found


def test_a_finished_game_owes_a_row_to_either_side_and_a_game_to_come_does_too() -> None:
    to_come = team_game_rows(replace(MATCH, score=None))
    sides = [f"{MATCH.id} {team}" for team in ("BOS", "NYK")]
    assert owed_by(team_defense_game_summary, schedule=team_game_rows(MATCH)) == [sides]
    assert owed_by(team_defense_game_summary, schedule=to_come) == [[]]
    assert owed_by(upcoming_team_game_context, schedule=to_come) == [sides]
    assert owed_by(upcoming_team_game_context, schedule=team_game_rows(MATCH, is_postponed=True)) == [[]]


def test_a_game_to_come_owes_a_row_to_everybody_on_a_roster_who_is_not_out() -> None:
    squad = [{**THE_DAY, "team_abbr": "BOS", "player_lookup": name} for name in ("tatum", "brown", "white")]
    report = {"brown": "out", "white": "doubtful"}
    said = [{"game_id": MATCH.id, "player_lookup": name, "player_status": status} for name, status in report.items()]
    owed = owed_by(upcoming_player_game_context, schedule=team_game_rows(MATCH), rosters=squad, availability=said)
    assert owed == [[f"{MATCH.id} BOS", f"{MATCH.id} NYK"], ["tatum (BOS)", "white (BOS)"]]
