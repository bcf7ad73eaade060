"""From declared inputs to one expression: which dates are read, and each view once."""

from __future__ import annotations

from datetime import date
from inspect import Parameter, Signature

import ibis
import ibis.expr.types as ir

from nba_assets.compile.bind import Binder, stored_inputs
from nba_assets.compile.dialects import to_sql
from nba_assets.contracts.calendar import Window
from nba_assets.contracts.contract import Column, Contract
from nba_assets.contracts.read import (
    Reach,
    Read,
    eve_and_day,
    same_day,
    season_history,
    season_to_date,
    view,
    whole_season,
)
from nba_assets.contracts.table import Check, Table, table

DAY = Column("game_date", "DATE", "date", required=True)
TEAM = Column("team", "STRING", "team", required=True)
POINTS = Column("points", "INT64", "points")

WINDOW = Window(date(2024, 11, 8), date(2024, 11, 10))


def raw(name: str, *columns: Column, partition_by: str | None = "game_date") -> Contract:
    return Contract(dataset="raw", name=name, columns=columns, key=("team",), partition_by=partition_by)


BOXES = raw("boxes", DAY, TEAM, POINTS)
REPORT = raw("report", DAY, TEAM)
NAMES = raw("names", TEAM, partition_by=None)


@view(names=NAMES)
def known(names: ir.Table) -> ir.Table:
    return names.distinct()


@view(boxes=BOXES, report=eve_and_day(REPORT), known=known)
def lines(boxes: ir.Table, report: ir.Table, known: ir.Table) -> ir.Table:
    return boxes.semi_join(known, "team").anti_join(report, "team")


def declared(**reads: Read) -> Table:
    """A table that reads so."""

    def build(**inputs: ir.Table) -> ir.Table:
        first, *others = inputs.values()
        for other in others:
            first = first.semi_join(other, "team")
        return first

    # A table is built from the inputs that its function names.
    parameters = [Parameter(name, Parameter.POSITIONAL_OR_KEYWORD) for name in reads]
    build.__signature__ = Signature(parameters)  # type: ignore[attr-defined]
    return Table(
        dataset="ours",
        name="summary",
        columns=(DAY, TEAM),
        key=("team",),
        partition_by="game_date",
        reads=reads,
        build=build,
        module="nba_assets.tables.analytics.summary",
    )


def sql_of(made: Table) -> tuple[str, Binder]:
    binder = Binder(WINDOW)
    return to_sql(binder.rows(made), "duckdb"), binder


def test_a_view_read_twice_is_one_cte() -> None:
    sql, _ = sql_of(declared(one=same_day(lines), other=same_day(lines)))
    assert sql.count('"lines" AS (') == 1
    assert sql.count('"known" AS (') == 1


def test_a_view_read_twice_as_far_is_two() -> None:
    sql, _ = sql_of(declared(one=same_day(lines), other=season_history(lines)))
    assert sql.count('"lines" AS (') == sql.count('"lines_season_history" AS (') == 1
    assert sql.count('"known" AS (') == 1, "names have no dates, so how far back makes no difference"


def test_the_dates_that_are_scanned() -> None:
    """A view's inputs are read as far as the view, unless they say otherwise; a reference table is read whole."""
    _, binder = sql_of(declared(lines=season_history(lines)))
    season = Window.season(2024)
    assert binder.scanned == {
        BOXES: Window(season.start, date(2024, 11, 9)),
        REPORT: Window(date(2024, 11, 7), WINDOW.end),
        NAMES: None,
    }


def test_a_table_read_near_and_far_is_scanned_over_both() -> None:
    _, binder = sql_of(declared(today=same_day(BOXES), past=season_history(BOXES)))
    assert binder.scanned == {BOXES: Window(date(2024, 10, 1), date(2024, 11, 10))}


def test_every_reach_is_in_the_query() -> None:
    for read, start, end in (
        (same_day, "(2024, 11, 8)", "(2024, 11, 10)"),
        (eve_and_day, "(2024, 11, 7)", "(2024, 11, 10)"),
        (season_to_date, "(2024, 10, 1)", "(2024, 11, 10)"),
        (season_history, "(2024, 10, 1)", "(2024, 11, 9)"),
        (whole_season, "(2024, 10, 1)", "(2025, 9, 30)"),
    ):
        sql, _ = sql_of(declared(boxes=read(BOXES)))
        assert f"BETWEEN MAKE_DATE{start} AND MAKE_DATE{end}" in " ".join(sql.split())


def test_only_the_windows_rows_are_made() -> None:
    sql, _ = sql_of(declared(boxes=whole_season(BOXES)))
    assert "BETWEEN MAKE_DATE(2024, 11, 8) AND MAKE_DATE(2024, 11, 10)" in " ".join(sql.split())


def test_a_check_reads_the_stored_rows_of_the_window_and_its_inputs() -> None:
    made = declared(boxes=same_day(BOXES))
    check = Check("missing", "", lambda rows, boxes: boxes.anti_join(rows, "team"))
    binder = Binder(WINDOW)
    assert binder.broken(check, made).columns == ("game_date", "team", "points")
    assert binder.scanned == {BOXES: WINDOW, made: WINDOW}


def test_an_input_may_serve_a_check_alone() -> None:
    def named(rows: ir.Table, names: ir.Table) -> ir.Table:
        return rows.anti_join(names, "team")

    @table(
        dataset="ours",
        partition_by="game_date",
        key=("team",),
        cluster_by=(),
        reads={"boxes": same_day(BOXES), "names": same_day(NAMES)},
        columns=(DAY, TEAM),
        checks=(Check("named", "", named),),
    )
    def lineups(boxes: ir.Table) -> ir.Table:
        return boxes

    binder = Binder(WINDOW)
    binder.rows(lineups)
    assert binder.scanned == {BOXES: WINDOW}
    binder.broken(lineups.checks[0], lineups)
    assert binder.scanned == {BOXES: WINDOW, NAMES: None, lineups: WINDOW}


def test_stored_inputs_go_through_views() -> None:
    inputs = stored_inputs(declared(lines=season_history(lines), boxes=same_day(BOXES)))
    assert inputs == {
        BOXES: {Reach.SEASON_HISTORY, Reach.SAME_DAY},
        REPORT: {Reach.EVE_AND_DAY},
        NAMES: {Reach.SEASON_HISTORY},
    }


def test_a_declared_table_binds_like_any_other() -> None:
    @table(
        dataset="ours",
        partition_by="game_date",
        key=("team",),
        cluster_by=(),
        reads={"boxes": same_day(BOXES)},
        columns=(DAY, TEAM, POINTS),
        tiers="gold",
    )
    def totals(boxes: ir.Table) -> ir.Table:
        return boxes.mutate(quality_tier=boxes.team, quality_issues=ibis.array([boxes.team]))

    made = Binder(WINDOW).rows(totals)
    assert made.columns == ("game_date", "team", "points", "quality_tier", "quality_issues", "data_hash")
