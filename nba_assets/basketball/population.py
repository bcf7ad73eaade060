"""Populations of the tables of form: on which dates, who is owed a row, and what is recorded of those who get none.

The rules that all of them share. How many games a table wants is the table's own; the records' columns are the
failure records' own.
"""

from __future__ import annotations

from collections.abc import Callable

import ibis
import ibis.expr.types as ir

from nba_assets.contracts.read import Read
from nba_assets.contracts.table import Owed, Population

EARLY_DAYS = 14
"""Form says too little before: nothing is built on the first 14 days of a season."""

INSUFFICIENT_DATA = "INSUFFICIENT_DATA"
INCOMPLETE_DATA = "INCOMPLETE_DATA"
EXPECTED_INCOMPLETE = "EXPECTED_INCOMPLETE"
INCOMPLETE_UPSTREAM = "INCOMPLETE_UPSTREAM"


def covered_days(slate: ir.Table, season_starts: ir.Table) -> ir.Table:
    """The dates with games from the season's 15th day on: `game_date`, `season_year`."""
    days = _days(slate, season_starts)
    return days.filter(days.days_in >= EARLY_DAYS).select("game_date", "season_year")


def early_days(slate: ir.Table, season_starts: ir.Table) -> ir.Table:
    """The dates with games before that, with the reason for building nothing: `game_date`, `reason`."""
    days = _days(slate, season_starts)
    days = days.filter(days.days_in < EARLY_DAYS)
    number = (days.days_in + 1).cast("string")
    return days.select(
        "game_date", reason=ibis.literal("early season: day ") + number + f" of the first {EARLY_DAYS} builds nothing"
    )


def covered_context(slate: ir.Table, season_starts: ir.Table, context: ir.Table) -> ir.Table:
    """The upcoming games of the covered dates: whom the tables of a player's next game are about."""
    return context.semi_join(covered_days(slate, season_starts), "game_date")


def of_form(
    entity: str | Callable[[ir.Table], ir.StringValue],
    eligible: Callable[..., ir.Table],
    failed: Callable[..., ir.Table] | None = None,
    *,
    schedule: Read,
) -> Population:
    """What a table of form owes: exactly one row, or failure record, for each `entity`, on the covered dates.

    Which dates those are is asked of the whole `schedule`: a date whose games were never stored is owed too.
    """

    def due(schedule: ir.Table, season_starts: ir.Table) -> ir.Table:
        return covered_days(schedule, season_starts)

    return Population(
        owed=(Owed(entity, eligible),),
        due=due,
        reads={"schedule": schedule},
        skipped=early_days,
        failed=failed,
        exact=True,
    )


LEAST_PLAYERS = 5
"""Fewer players of a team cannot have played a game."""


def side(rows: ir.Table) -> ir.StringValue:
    """A team's side of a game, in words."""
    return rows.game_id + " " + rows.team_abbr


def of_finished_games(schedule: Read, least: int = 1, team: str = "team_abbr") -> Population:
    """What a table of games played owes: `least` rows for each side of each finished game.

    `schedule` has a row for each team's game, and `team` is the column of the table that names the side.
    """

    def finished(schedule: ir.Table) -> ir.Table:
        return schedule.filter(schedule.is_final)

    def eligible(schedule: ir.Table) -> ir.Table:
        return finished(schedule).select("game_date", "game_id", **{team: "team_abbr"})

    def named(rows: ir.Table) -> ir.StringValue:
        return rows.game_id + " " + rows[team]

    return Population(owed=(Owed(named, eligible, least),), due=finished, reads={"schedule": schedule}, played=True)


def on_slate(schedule: ir.Table) -> ir.Table:
    """The games, or their sides, that are to be played on their date."""
    return schedule.filter(~schedule.is_postponed)


def of_slate(schedule: Read, *others: Owed, least: int = 1) -> Population:
    """What a table of games to come owes: `least` rows for each side of each game that is not postponed, and `others`.

    `schedule` has a row for each team's game.
    """
    return Population(owed=(Owed(side, on_slate, least), *others), due=on_slate, reads={"schedule": schedule})


def _days(slate: ir.Table, season_starts: ir.Table) -> ir.Table:
    days = slate.filter(~slate.is_postponed).select("game_date", "season_year").distinct()
    days = days.join(season_starts, "season_year")
    days = days.mutate(days_in=days.game_date.delta(days.starts_on, unit="day"))
    return days.filter(days.days_in >= 0)


def too_few_games(rows: ir.Table, entity: str, wanted: int, thin: str, gap: str) -> ir.Table:
    """Failure records of `rows` whose `games` are fewer than `wanted`.

    `thin` is the category where there were not enough games to play, `gap` where `games_expected` says there were.
    """
    rows = rows.filter(rows.games < wanted)
    lacking = rows.games_expected >= wanted
    counts = rows.games.cast("string") + ibis.literal(" of ") + rows.games_expected.cast("string")
    return rows.select(
        analysis_date=rows.game_date,
        entity_id=rows[entity],
        failure_category=lacking.ifelse(gap, thin),
        failure_reason=counts + f" games before the date; {wanted} are needed",
        can_retry=lacking,
        expected_game_count=rows.games_expected,
        actual_game_count=rows.games,
    )
