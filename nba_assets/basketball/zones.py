"""Shots counted by zone, for a player, a team or a defence, and the league's shares: one definition for all tables.

Paint, mid-range and three come from `metrics.shot_zone`, the league's own five areas from `metrics.shot_area`. A game
with no play-by-play has no counts at all (NULL); in a game that has it, nobody's missing shot is unknown: it is zero.
Areas are counted in games of which every shot is placed.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from nba_assets.basketball import form, history, metrics
from nba_assets.basketball.joins import with_columns
from nba_assets.contracts.contract import Column

ZONES = ("paint", "mid_range", "three")

AREAS = {
    "restricted": "the restricted area",
    "paint": "the rest of the paint",
    "mid_range": "mid-range",
    "corner_three": "the corners, threes",
    "above_break": "above the break, threes",
}
"""The areas by which the league divides the court. Its paint is a rectangle, that of the zones a circle of 8 ft."""

AREA_COUNTS = tuple(f"area_{area}_{what}" for area in AREAS for what in ("attempts", "makes"))

PRIOR_SHOTS = 5
"""Of 2 to 50 tried for men with five to nine games of two seasons, 4 to 6 foretold the shares of the next game best."""


def area_columns(prefix: str = "", said: str = "") -> tuple[Column, ...]:
    """Attempts and makes of each area, under the names of `AREA_COUNTS`."""
    unknown = "; NULL unless all shots of the game are placed"
    return tuple(
        column
        for area, where in AREAS.items()
        for column in (
            Column(
                f"{prefix}area_{area}_attempts", "INT64", f"shots{said} from {where}, by the league's areas{unknown}"
            ),
            Column(f"{prefix}area_{area}_makes", "INT64", "made of those"),
        )
    )


def points_in_paint(rows: ir.Table) -> ir.IntegerValue:
    """As the league counts them: two for each make from the restricted area and the rest of the paint."""
    return 2 * (rows.area_restricted_makes + rows.area_paint_makes)


def zone_counts(shots: ir.Table, *by: str) -> ir.Table:
    """Attempts, makes and blocked attempts by zone, assisted makes and and-ones, for each `by`."""
    counts = {
        f"{zone}_{what}": ((shots.zone == zone) & condition).sum()
        for zone in ZONES
        for what, condition in (("attempts", True), ("makes", shots.made), ("blocked", shots.blocked_by.notnull()))
    }
    areas = {
        f"area_{area}_{what}": ((shots.area == area) & condition).sum()
        for area in AREAS
        for what, condition in (("attempts", True), ("makes", shots.made))
    }
    return shots.group_by(*by).agg(
        **counts,
        **areas,
        unknown_attempts=(shots.zone == "unknown").sum(),
        assisted_makes=(shots.made & shots.is_assisted).sum(),
        unassisted_makes=(shots.made & ~shots.is_assisted).sum(),
        and_ones=shots.is_and_one.sum(),
    )


def with_zones(rows: ir.Table, shots: ir.Table, counts: ir.Table, **on: str) -> ir.Table:
    """`rows` with `shot_zones_source` and the columns of `counts`, joined on the game and `on` (theirs=ours).

    Zero where the game has play-by-play and the player or team has no shot; NULL where it has none, or not the whole
    game's. Of two feeds that have it together the source is `both`.
    """
    whole = shots.filter(shots.is_whole.fill_null(True))
    covered = whole.group_by("game_id").agg(
        _first=whole.source.min(), _last=whole.source.max(), _placed=whole.area.count() == whole.count()
    )
    one = covered._first == covered._last
    covered = covered.select("game_id", "_placed", shot_zones_source=one.ifelse(covered._first, "both"))
    rows = with_columns(rows, covered, ("game_id",), "shot_zones_source", "_placed")
    values = [name for name in counts.columns if name != "game_id" and name not in on]
    keys = {"game_id": "game_id"} | {ours: theirs for theirs, ours in on.items()}
    rows = with_columns(rows, counts, keys, *values)
    known = {name: rows._placed if name in AREA_COUNTS else rows.shot_zones_source.notnull() for name in values}
    counted = {name: where.ifelse(rows[name].fill_null(0), ibis.null("int64")) for name, where in known.items()}
    return rows.mutate(**counted).drop("_placed")


def with_second_chances(rows: ir.Table, second_chances: ir.Table, team: str, into: str) -> ir.Table:
    """Team-game `rows` with the second-chance points of the team that `team` names; NULL without play-by-play."""
    return with_columns(rows, second_chances, {"game_id": "game_id", team: "team_abbr"}, **{into: "points"})


def league_shares(days: ir.Table, offense: ir.Table) -> ir.Table:
    """`days` with the shares that each zone has of all shots of the season before: `league_paint` and so on.

    They add up to 1; NULL where no game before has play-by-play.
    """
    games = history.counted(offense).filter(lambda t: t.team_paint_attempts.notnull())
    shots = {"paint": "team_paint_attempts", "mid_range": "team_mid_range_attempts", "three": "three_pt_attempts"}
    by_day = games.group_by("season_year", "game_date").agg(
        **{zone: games[column].sum() for zone, column in shots.items()}
    )
    league = {"league": ibis.literal("all teams")}
    by_day = by_day.mutate(
        game_id=ibis.literal("all games"), total=by_day.paint + by_day.mid_range + by_day.three, **league
    )

    def share(zone: str) -> history.Stat:
        part, whole = form.sum_of(zone), form.sum_of("total")
        return lambda g, before: metrics.ratio(part(g, before), whole(g, before))

    rows = history.as_of(days.mutate(**league), by_day, "league", **{f"league_{zone}": share(zone) for zone in ZONES})
    return rows.drop("league")


def shrunk_share(share: ir.NumericValue, shots: ir.NumericValue, league: ir.NumericValue) -> ir.FloatingValue:
    """A share of few shots, drawn towards the league's by as much as `PRIOR_SHOTS` of its shots."""
    return (share * shots + league * PRIOR_SHOTS) / (shots + PRIOR_SHOTS)
