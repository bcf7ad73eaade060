"""Every basketball formula, once. Each takes and gives Ibis values; none looks anything up.

A rate whose denominator is zero or unknown is NULL; a rate of zero stays zero. Nothing is rounded here: stored
scales are the contract's business. Shooting percentages, usage, pace and the 0.44 are as in the glossary of
Basketball-Reference (https://www.basketball-reference.com/about/glossary.html), areas of shots as on NBA.com's charts.
"""

from __future__ import annotations

import math
from typing import TypeAlias

import ibis
import ibis.expr.types as ir

Number: TypeAlias = ir.NumericValue | float | int

FREE_THROW_WEIGHT = 0.44
"""Share of free throws that end a possession."""

PAINT_FEET = 8.0
"""Two-point attempts up to here count as paint: a circle, not the official painted rectangle."""

RESTRICTED_RADIUS, LANE_X, LANE_Y, CORNER_X, BREAK_Y = 40, 80, 138, 220, 88
"""Of the league's areas, in tenths of feet: the circle under the rim, side and end of the lane, and of the corners."""

EARTH_RADIUS_MILES = 3959

REGULATION_MINUTES = 48
OVERTIME_MINUTES = 5
MOST_MINUTES = REGULATION_MINUTES + 6 * OVERTIME_MINUTES
"""Of a player in a game: the longest there was had six overtimes."""


def minutes(clock: ir.StringValue) -> ir.FloatingValue:
    """`"MM:SS"`, `"MM"` or, as the live feed has it, `"PT34M12.00S"` -> minutes, NULL where it is none of these.

    60 seconds are a whole minute, told by who rounds; seconds past that are a misprint and give NULL.
    """
    clock = clock.re_replace(r"^PT([0-9]+)M([0-9.]+)S$", r"\1:\2")
    parts = clock.split(":")
    seconds = ibis.ifelse(clock.contains(":"), parts[1].try_cast("float64"), 0.0)
    return parts[0].try_cast("float64") + ibis.ifelse(seconds.between(0, 60), seconds, ibis.null("float64")) / 60


def plausible_minutes(minutes: ir.FloatingValue) -> ir.FloatingValue:
    """A player's minutes, NULL where nobody can have played them."""
    return ibis.ifelse(minutes.between(0, MOST_MINUTES), minutes, ibis.null("float64"))


def ratio(part: ir.NumericValue, whole: ir.NumericValue) -> ir.FloatingValue:
    """`part / whole`, NULL where there is no whole."""
    return part / whole.nullif(0)


def to_nine_digits(value: ir.NumericValue) -> ir.FloatingValue:
    """What several means add up to, as the decimal that it is: 90 - 83.65 is 6.35, of doubles a hair less, and would
    be stored as 6.3."""
    return value.round(9)


def effective_fg_pct(fg_makes: Number, three_pt_makes: Number, fg_attempts: ir.NumericValue) -> ir.FloatingValue:
    """(FGM + 0.5 3PM) / FGA, 0 to 1.5."""
    return ratio(fg_makes + 0.5 * three_pt_makes, fg_attempts)


def shooting_chances(fg_attempts: Number, ft_attempts: Number) -> ir.FloatingValue:
    """FGA + 0.44 FTA: the possessions a shooter used by shooting."""
    return fg_attempts + FREE_THROW_WEIGHT * ft_attempts


def true_shooting_pct(points: ir.NumericValue, fg_attempts: Number, ft_attempts: Number) -> ir.FloatingValue:
    """PTS / (2 (FGA + 0.44 FTA)); a player who only took free throws has one too."""
    return ratio(points, 2 * shooting_chances(fg_attempts, ft_attempts))


def possessions(
    fg_attempts: Number, ft_attempts: Number, turnovers: Number, offensive_rebounds: Number
) -> ir.FloatingValue:
    """FGA + 0.44 FTA + TOV - OREB: the usual estimate, about one per team-game above the official count."""
    return shooting_chances(fg_attempts, ft_attempts) + turnovers - offensive_rebounds


def rating(points: ir.NumericValue, possessions: ir.NumericValue) -> ir.FloatingValue:
    """Points per 100 possessions: offensive of those who scored, defensive of those who allowed.

    NULL where the estimate gives none or fewer: such totals are broken, and no rate follows from them.
    """
    return ratio(100.0 * points, (possessions > 0).ifelse(possessions, ibis.null("float64")))


def pace(possessions: Number, opponent_possessions: Number, team_minutes: ir.NumericValue) -> ir.FloatingValue:
    """Possessions per 48 minutes, mean of the two teams; `team_minutes` are five times the game's."""
    return REGULATION_MINUTES * ratio((possessions + opponent_possessions) / 2, team_minutes / 5)


def overtime_periods(team_minutes: ir.NumericValue) -> ir.IntegerValue:
    """Overtimes played, from the five players' minutes together: 240 in regulation, 25 more for each."""
    return ((team_minutes - 5 * REGULATION_MINUTES) / (5 * OVERTIME_MINUTES)).round().cast("int64")


def plays_used(fg_attempts: Number, ft_attempts: Number, turnovers: Number) -> ir.FloatingValue:
    """FGA + 0.44 FTA + TOV: the plays that a player, or a team, ended."""
    return shooting_chances(fg_attempts, ft_attempts) + turnovers


def plays_on_court(team_plays: Number, seconds: ir.NumericValue, team_minutes: ir.NumericValue) -> ir.FloatingValue:
    """The team's plays while a player was on court, by his share of the game, overtime included; NULL for no time."""
    return ratio(team_plays * seconds.nullif(0), 12 * team_minutes)


def usage_rate(plays_used: ir.NumericValue, plays_on_court: ir.NumericValue) -> ir.FloatingValue:
    """Percent of the team's plays that the player ended while he was on court, in a game or in all of several."""
    return 100 * ratio(plays_used, plays_on_court)


def shot_zone(is_three: ir.BooleanValue, distance: ir.NumericValue) -> ir.StringValue:
    """`three` by the kind of attempt, never by distance; `paint` up to 8 ft, `mid_range` beyond, else `unknown`."""
    return ibis.cases(
        (is_three, "three"),
        (distance <= PAINT_FEET, "paint"),
        (distance > PAINT_FEET, "mid_range"),
        else_="unknown",
    )


def shot_area(is_three: ir.BooleanValue, x: ir.NumericValue, y: ir.NumericValue) -> ir.StringValue:
    """The league's own area of a shot from `x` along the baseline and `y` away from it, in tenths of feet from the rim.

    It names all that the NBA's feed names, but for a three from inside the arc or from the other half: these are threes
    in the box score, and so `corner_three` or `above_break`. NULL where nobody says where it was taken.
    """
    return ibis.cases(
        (x.isnull() | y.isnull(), ibis.null("string")),
        (is_three & (x.abs() >= CORNER_X) & (y < BREAK_Y), "corner_three"),
        (is_three, "above_break"),
        (x * x + y * y < RESTRICTED_RADIUS**2, "restricted"),
        ((x.abs() <= LANE_X) & (y <= LANE_Y), "paint"),
        else_="mid_range",
    )


def prop_result(points: ir.NumericValue, line: ir.NumericValue) -> ir.StringValue:
    """OVER, UNDER or PUSH of a points line; NULL without one."""
    return ibis.cases((points > line, "OVER"), (points < line, "UNDER"), (points == line, "PUSH"))


def days_rest(day: ir.DateValue, previous: ir.DateValue) -> ir.IntegerValue:
    """Whole days off between two games: 0 is a back-to-back."""
    return day.delta(previous, unit="day") - 1


def miles_between(
    latitude: ir.NumericValue, longitude: ir.NumericValue, to_latitude: ir.NumericValue, to_longitude: ir.NumericValue
) -> ir.FloatingValue:
    """Great-circle (haversine) distance in miles; coordinates in degrees."""
    radians = math.pi / 180
    half_dlat = (to_latitude - latitude) * (radians / 2)
    half_dlon = (to_longitude - longitude) * (radians / 2)
    chord = (
        half_dlat.sin() * half_dlat.sin()
        + (latitude * radians).cos() * (to_latitude * radians).cos() * half_dlon.sin() * half_dlon.sin()
    )
    return 2 * EARTH_RADIUS_MILES * chord.sqrt().asin()


def sample_quality(games: ir.IntegerValue, wanted: int) -> ir.StringValue:
    """How full a window of `wanted` games is: excellent, good from 70 %, limited from half, else insufficient."""
    return ibis.cases(
        (games >= wanted, "excellent"),
        (games >= int(0.7 * wanted), "good"),
        (games >= int(0.5 * wanted), "limited"),
        else_="insufficient",
    )
