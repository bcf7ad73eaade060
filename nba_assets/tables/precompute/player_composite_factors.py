"""What speaks for and against a player in his next game: fatigue, zone match-up, pace and usage.

A row is one player in one scheduled game from the season's 15th day on. Each factor is a signed score; a factor whose
inputs are unknown is NULL and listed with them. What a score is worth in points depends on the man, and is a model's
business: `make signal` prints how far each goes with what happened. The formulas are of ours alone; the page of how
numbers are defined has them.
"""

from __future__ import annotations

from collections.abc import Mapping

import ibis
import ibis.expr.types as ir

from nba_assets.basketball import cup_final, games_missing
from nba_assets.basketball.joins import with_columns
from nba_assets.basketball.population import covered_context, of_form
from nba_assets.basketball.teammates import at_most
from nba_assets.contracts import quality
from nba_assets.contracts.contract import Column
from nba_assets.contracts.measures import mean_of
from nba_assets.contracts.read import same_day, season_to_date
from nba_assets.contracts.table import holds, table
from nba_assets.tables.analytics.upcoming_player_game_context import upcoming_player_game_context
from nba_assets.tables.conformed.games import games
from nba_assets.tables.conformed.views.schedule import schedule, season_starts
from nba_assets.tables.precompute.player_shot_zone_analysis import player_shot_zone_analysis
from nba_assets.tables.precompute.team_defense_zone_analysis import team_defense_zone_analysis

MAIN_INPUTS = ("days_rest", "projected_usage_rate", "expected_pace_change", "player_shot_zone", "team_defense_zone")
"""The five inputs that the tier counts."""

FAIR_INPUTS = 3
"""So many known ones make silver."""

OTHER_INPUTS = ("avg_minutes_per_game_last_7", "player_age", "usage_rate_last_10", "star_teammates_newly_out")

INPUTS = (*MAIN_INPUTS, *OTHER_INPUTS)
"""All that `data_completeness_pct` counts and `missing_data_fields` names."""

FACTORS = ("fatigue_score", "shot_zone_mismatch_score", "pace_score", "usage_spike_score")

EXTREME_FATIGUE, EXTREME_MATCHUP, EXTREME_ADJUSTMENT = 50, 8, 12

COLUMNS_OF_ZONE = {
    "paint": ("paint_rate_last_10", "paint_defense_vs_league_avg"),
    "mid_range": ("mid_range_rate_last_10", "mid_range_defense_vs_league_avg"),
    "perimeter": ("three_pt_rate_last_10", "three_pt_defense_vs_league_avg"),
}
"""For each zone, the player's share of shots there, and the opponent's defence against the league's."""


def _eligible(slate: ir.Table, season_starts: ir.Table, context: ir.Table) -> ir.Table:
    return covered_context(slate, season_starts, context).select("player_lookup", "game_date")


@table(
    dataset="nba_precompute",
    partition_by="game_date",
    key=("player_lookup", "game_date"),
    cluster_by=("player_lookup", "universal_player_id", "game_date"),
    reads={
        "slate": same_day(games),
        "season_starts": season_to_date(season_starts),
        "context": same_day(upcoming_player_game_context),
        "player_zones": same_day(player_shot_zone_analysis),
        "team_zones": same_day(team_defense_zone_analysis),
    },
    measures=(mean_of("total_composite_adjustment"),),
    population=of_form("player_lookup", _eligible, schedule=same_day(schedule)),
    columns=cup_final.said_of(
        Column("player_lookup", "STRING", "canonical player", required=True),
        Column("universal_player_id", "STRING", "registry id", required=True),
        Column("game_id", "STRING", "canonical game, YYYYMMDD_AWAY_HOME", required=True),
        Column("game_date", "DATE", "Eastern date", required=True),
        Column("analysis_date", "DATE", "the same date: only what was known before it counts", required=True),
        Column("opponent_team_abbr", "STRING", "the other team", required=True),
        Column("fatigue_score", "INT64", "0 to 100, 100 is rested and in rhythm; NULL before his first game"),
        Column("fatigue_adjustment", "DECIMAL(4,2)", "(fatigue_score - 100) / 20, -5 to 0", "score"),
        Column("days_absent", "INT64", "days since his last game beyond his team's rest", "days"),
        Column("shot_zone_mismatch_score", "DECIMAL(4,1)", "-10 to 10, positive favours him", "score"),
        Column("mismatch_zone", "STRING", "the zone compared: his primary one, paint (to 8 ft) for a balanced shooter"),
        Column("player_zone_rate", "DECIMAL(5,2)", "share of his shots from there", "percent"),
        Column("opponent_zone_vs_league", "DECIMAL(5,2)", "the opponent's defence there; positive is weak", "pct pts"),
        Column("expected_pace_change", "DECIMAL(5,1)", "the game's less his team's last ten", "per 48 minutes"),
        Column("pace_score", "DECIMAL(3,1)", "the same, within -3 to 3; a faster opponent raises it", "score"),
        Column(
            "usage_spike_score",
            "DECIMAL(3,1)",
            "0.3 x what teammates newly out add to the usage of his last ten games, -3 to 3; 0 with nobody newly out",
            "score",
        ),
        Column("total_composite_adjustment", "DECIMAL(5,2)", "sum of the known ones of the four", "score"),
        Column("unknown_factors", "STRING", "factors that are NULL, each with what it lacks: 'pace_score: ...'"),
        Column("data_completeness_pct", "DECIMAL(5,2)", f"share known of {', '.join(INPUTS)}", "percent"),
        Column(
            "missing_data_fields", "STRING", "of the same inputs those that are unknown, comma-separated; NULL if none"
        ),
        Column("has_warnings", "BOOL", "a score is extreme", required=True),
        Column("warning_details", "STRING", "which, separated by '; '; NULL if none"),
    ),
    checks=(
        holds(
            "scores_in_range",
            lambda t: (
                t.fatigue_score.between(0, 100)
                & t.shot_zone_mismatch_score.between(-10, 10)
                & t.pace_score.between(-3, 3)
                & t.usage_spike_score.between(-3, 3)
                & t.total_composite_adjustment.between(-21, 16)
            ),
            "fatigue 0 to 100, zone within 10, pace and usage within 3, the total from -21 to 16",
        ),
        holds(
            "total_is_the_sum",
            lambda t: (
                ((_total(t) - t.total_composite_adjustment).abs().fill_null(0) <= 0.161)
                & (_total(t).isnull() == t.total_composite_adjustment.isnull())
            ),
            "the total is the sum of those known of the four, give or take their rounding",
        ),
        holds(
            "unknown_inputs_are_listed",
            lambda t: (t.data_completeness_pct == 100) == t.missing_data_fields.isnull(),
            "a row that is not complete, and no other, names what it lacks",
        ),
        games_missing.CHECK,
        holds(
            "unknown_factors_are_listed",
            lambda t: ibis.or_(*[t[name].isnull() for name in FACTORS]) == t.unknown_factors.notnull(),
            "a factor that is NULL is listed with its reason",
        ),
    ),
    tiers=(
        f"gold where every factor is known and all of {', '.join(MAIN_INPUTS)}, silver with {FAIR_INPUTS} of them,"
        f" else bronze{games_missing.LOWERED}"
    ),
)
def player_composite_factors(
    slate: ir.Table, season_starts: ir.Table, context: ir.Table, player_zones: ir.Table, team_zones: ir.Table
) -> ir.Table:
    rows = covered_context(slate, season_starts, context)
    rows = _with_zones(rows, player_zones, team_zones)
    rows = rows.mutate(
        fatigue_score=fatigue_score(*measured(rows)),
        shot_zone_mismatch_score=shot_zone_mismatch_score(rows.player_zone_rate, rows.opponent_zone_vs_league),
        pace_score=pace_score(rows.expected_pace_change),
        usage_spike_score=usage_spike_score(
            rows.projected_usage_rate, rows.usage_rate_last_10, rows.star_teammates_newly_out
        ),
    )
    # Who has not played yet has no load, and nothing tells how fit he is.
    rows = rows.mutate(fatigue_score=rows.days_rest.notnull().ifelse(rows.fatigue_score, None))
    rows = rows.mutate(fatigue_adjustment=fatigue_adjustment(rows.fatigue_score))
    return _with_quality(rows.mutate(total_composite_adjustment=_total(rows)))


def _total(rows: ir.Table) -> ir.FloatingValue:
    """The sum of the adjustments that are known, NULL where none is."""
    parts = [rows[name] for name in ("fatigue_adjustment", *FACTORS[1:])]
    known = ibis.or_(*[part.notnull() for part in parts])
    return known.ifelse(sum((part.fill_null(0.0) for part in parts), start=ibis.literal(0.0)), None)


def _with_quality(rows: ir.Table) -> ir.Table:
    """What is unknown and what is extreme. Gold is for whom every factor is known."""
    unknown = {name: rows[name].isnull() for name in INPUTS}
    warnings = {
        "EXTREME_FATIGUE": rows.fatigue_score < EXTREME_FATIGUE,
        "EXTREME_MATCHUP": rows.shot_zone_mismatch_score.abs() > EXTREME_MATCHUP,
        "EXTREME_ADJUSTMENT": rows.total_composite_adjustment.abs() > EXTREME_ADJUSTMENT,
    }
    known, main = (_known(unknown, inputs) for inputs in (INPUTS, MAIN_INPUTS))
    whole = ibis.and_(main == len(MAIN_INPUTS), *[rows[name].notnull() for name in FACTORS])
    reasons = {
        "fatigue_score: days_rest": unknown["days_rest"],
        "shot_zone_mismatch_score: player_shot_zone": unknown["player_shot_zone"],
        "shot_zone_mismatch_score: team_defense_zone": unknown["team_defense_zone"],
        "pace_score: expected_pace_change": unknown["expected_pace_change"],
        "usage_spike_score: usage_rate_last_10": unknown["usage_rate_last_10"],
        "usage_spike_score: projected_usage_rate": unknown["projected_usage_rate"],
    }
    lacking = games_missing.lack_games(rows)
    tier = ibis.cases((whole, quality.GOLD), (main >= FAIR_INPUTS, quality.SILVER), else_=quality.BRONZE)
    return rows.mutate(
        analysis_date=rows.game_date,
        unknown_factors=quality.listed(reasons, "; "),
        data_completeness_pct=100 * known / len(INPUTS),
        missing_data_fields=quality.listed(unknown, ","),
        has_warnings=ibis.or_(*[extreme.fill_null(False) for extreme in warnings.values()]),
        warning_details=quality.listed(warnings, "; "),
        quality_tier=games_missing.lowered(tier, lacking),
        quality_issues=quality.issues(
            {f"missing_{name}": missing for name, missing in unknown.items()}
            | {f"unknown_{name}": rows[name].isnull() for name in FACTORS}
            | {games_missing.CODE: lacking, games_missing.LEAGUE_CODE: rows.league_games_missing > 0}
        ),
    )


def _known(unknown: Mapping[str, ir.BooleanValue], inputs: tuple[str, ...]) -> ir.IntegerValue:
    return sum((unknown[name].ifelse(0, 1) for name in inputs), start=ibis.literal(0))


def measured(context: ir.Table) -> tuple[ir.Value, ...]:
    """What fatigue is judged by, of a player's context.

    His rest is that of his team or his own, the shorter: what he missed while others played is no rest, and costs him
    rhythm.
    """
    return (
        context.back_to_back,
        context.days_rest - context.days_absent,
        context.games_in_last_7_days,
        context.minutes_in_last_7_days,
        context.avg_minutes_per_game_last_7,
        context.back_to_backs_last_14_days,
        context.player_age,
        context.days_absent,
    )


def fatigue_reasons(
    back_to_back: ir.BooleanValue,
    rest: ir.IntegerValue,
    games_7: ir.IntegerValue,
    minutes_7: ir.NumericValue,
    minutes_per_game_7: ir.NumericValue,
    back_to_backs_14: ir.IntegerValue,
    age: ir.IntegerValue,
    days_absent: ir.IntegerValue,
) -> tuple[Mapping[str, tuple[ir.BooleanValue, int]], ...]:
    """What raises or lowers the score, by name, and by how much; of each group the first that holds counts.

    `make signal` prints what each goes with, over three real seasons. Men back after 1 to 6 days beyond their team's
    rest score 0.5 below their average, after 7 to 13 days 1.1, after 14 and more 2.4. The reasons of load are the
    reference's: who plays back to back or four games a week scores more, and 240 minutes a week nobody played.
    """
    return (
        {"back to back": (back_to_back, -15), "rest of 3 days": (rest >= 3, 5)},
        {"4 games in 7 days": (games_7 >= 4, -10)},
        {"over 240 minutes in 7 days": (minutes_7 > 240, -10)},
        {"over 35 minutes a game in 7 days": (minutes_per_game_7 > 35, -8)},
        {
            "2 back-to-backs in 14 days": (back_to_backs_14 >= 2, -12),
            "1 back-to-back in 14 days": (back_to_backs_14 == 1, -5),
        },
        {"age of 35": (age >= 35, -10), "age of 30": (age >= 30, -5)},
        {
            "absent 14 days": (days_absent >= 14, -45),
            "absent 7 days": (days_absent >= 7, -25),
            "absent 1 day": (days_absent >= 1, -15),
        },
    )


def fatigue_score(*of: ir.Value) -> ir.IntegerValue:
    """100 for the rested, of what is `measured`, and less of it for load, age and absence, 0 to 100.

    Back-to-back -15; three days of rest or more, his team's too, +5; four games or more in seven days -10, more than
    240 minutes in them -10, more than 35 a game -8; of back-to-backs in 14 days one -5, more -12; age from 30 -5, from
    35 -10; absent a day or more -15, from seven -25, from 14 -45. An unknown input changes nothing. Unless absent he
    has 35 or more.
    """
    points = (
        ibis.cases(*[(applies.fill_null(False), points) for applies, points in group.values()], else_=0)
        for group in fatigue_reasons(*of)
    )
    return sum(points, start=ibis.literal(100)).clip(0, 100)


def fatigue_adjustment(score: ir.IntegerValue) -> ir.FloatingValue:
    """(score - 100) / 20: -5 to 0."""
    return (score - 100) / 20


def shot_zone_mismatch_score(rate: ir.NumericValue, defense: ir.NumericValue) -> ir.FloatingValue:
    """The defence's weakness in his zone (pct points) by how much he lives there: half of his shots is all of it.

    Beyond 5 it counts a fifth more; -10 to 10, NULL where either is unknown.
    """
    score = defense * (rate / 50).clip(upper=1)
    return (score.abs() > 5).ifelse(score * 1.2, score).clip(-10, 10)


def pace_score(expected_change: ir.NumericValue) -> ir.FloatingValue:
    """By how much the game should be faster than his team's last ten, -3 to 3."""
    return expected_change.clip(-3, 3)


def usage_spike_score(
    projected: ir.NumericValue, baseline: ir.NumericValue, stars_out: ir.NumericValue
) -> ir.FloatingValue:
    """0.3 of the rise over the baseline, a rise counting 15 % more for each star newly out, two at most; -3 to 3.

    The baseline is bounded as the projection is, so that nobody falls for what he used beyond it.
    """
    spike = 0.3 * (projected - at_most(baseline))
    boost = 1 + 0.15 * stars_out.fill_null(0.0).clip(upper=2)
    return (spike > 0).ifelse(spike * boost, spike).clip(-3, 3)


def _with_zones(rows: ir.Table, player_zones: ir.Table, team_zones: ir.Table) -> ir.Table:
    """His primary zone, how much he shoots there, and how the opponent defends it.

    `player_shot_zone` and `team_defense_zone` are NULL where either side's zones are unknown.
    """
    rates, defenses = zip(*COLUMNS_OF_ZONE.values(), strict=True)
    his = {"player_lookup": "player_lookup", "game_date": "analysis_date"}
    theirs = {"opponent_team_abbr": "team_abbr", "game_date": "analysis_date"}
    rows = with_columns(rows, player_zones, his, "primary_scoring_zone", *rates)
    rows = with_columns(rows, team_zones, theirs, *defenses)
    zone = (rows.primary_scoring_zone == "balanced").ifelse("paint", rows.primary_scoring_zone)
    rows = rows.mutate(mismatch_zone=zone)

    def of_zone(side: int) -> ir.FloatingValue:
        return ibis.cases(*[(rows.mismatch_zone == zone, rows[names[side]]) for zone, names in COLUMNS_OF_ZONE.items()])

    rows = rows.mutate(player_zone_rate=of_zone(0), opponent_zone_vs_league=of_zone(1))
    # For a player without a zone of his own, any defence known is enough: nothing of his is missing twice.
    defended = ibis.coalesce(*[rows[defense] for defense in defenses])
    known_defense = rows.mismatch_zone.isnull().ifelse(defended, rows.opponent_zone_vs_league)
    return rows.mutate(player_shot_zone=rows.player_zone_rate, team_defense_zone=known_defense)
