"""How each team has defended paint, mid-range and three over its last 15 games, beside the league.

A row is one team on one date with games from the season's 15th day on, whether it plays or not, from its season's
games strictly before the date.
A team with fewer than ten games has no row and a failure record; one with ten to 14 has a row that says so.
"""

from __future__ import annotations

from collections.abc import Iterator

import ibis
import ibis.expr.types as ir

from nba_assets.basketball import cup_final, form, games_missing, history, metrics
from nba_assets.basketball.joins import first_source, with_columns
from nba_assets.basketball.population import (
    INCOMPLETE_DATA,
    INSUFFICIENT_DATA,
    covered_days,
    of_form,
    too_few_games,
)
from nba_assets.basketball.zones import AREAS
from nba_assets.contracts import quality
from nba_assets.contracts.contract import Column
from nba_assets.contracts.read import same_day, season_history, season_to_date
from nba_assets.contracts.table import holds, table
from nba_assets.tables.analytics.team_defense_game_summary import team_defense_game_summary
from nba_assets.tables.conformed.games import games
from nba_assets.tables.conformed.views.schedule import schedule, season_starts, team_schedule

SAMPLE_GAMES, LEAST_GAMES = 15, 10
LEAGUE_DAYS, LEAGUE_TEAMS = 30, 10
"""The league is the mean over teams with ten games in the last 30 days; below ten such teams, as late in the play-offs,
over those with ten games of the season so far; below ten of these, too, there is none."""

ZONES = {"paint": "paint", "mid_range": "mid_range", "three_pt": "perimeter"}
"""The zones by the names that columns and `strongest_zone` give them."""


_PAINT, _MID_RANGE = "two-pointers from 8 ft or less", "two-pointers from beyond 8 ft"
_VERSUS = "share made above the league's; positive is weaker"


def _area_columns() -> Iterator[Column]:
    for area, where in AREAS.items():
        yield Column(f"area_{area}_pct_allowed_last_15", "DECIMAL(5,3)", f"made of shots from {where}, pooled", "0-1")
        yield Column(f"area_{area}_attempts_allowed_per_game", "DECIMAL(5,1)", f"shots from {where}", "attempts")
    yield Column(
        "area_points_in_paint_allowed_per_game",
        "DECIMAL(5,1)",
        "points in the paint as the league counts them",
        "points",
    )
    yield Column(
        "area_games_in_sample", "INT64", "of the games, those whose shots are all placed", "games", required=True
    )


def _teams(slate: ir.Table, season_starts: ir.Table, results: ir.Table) -> ir.Table:
    """Every team of the season's schedule so far, on each covered date."""
    teams = results.group_by("team_abbr", "season_year").agg(first_game=results.game_date.min())
    rows = covered_days(slate, season_starts).join(teams, "season_year")
    return rows.filter(rows.first_game <= rows.game_date).drop("first_game")


def _eligible(slate: ir.Table, season_starts: ir.Table, results: ir.Table) -> ir.Table:
    teams = _teams(slate, season_starts, results)
    return teams.select("team_abbr", analysis_date="game_date")


def _failed(slate: ir.Table, season_starts: ir.Table, results: ir.Table, defense: ir.Table) -> ir.Table:
    teams = _teams(slate, season_starts, results)
    final = history.counted(results.filter(results.is_final))
    rows = history.as_of(teams, final, "team_abbr", games_expected=form.games_played())
    rows = history.as_of(rows, form.allowed(defense), "team_abbr", games=form.games_played())
    rows = rows.mutate(games=rows.games.fill_null(0), games_expected=rows.games_expected.fill_null(0))
    return too_few_games(rows, "team_abbr", LEAST_GAMES, thin=INSUFFICIENT_DATA, gap=INCOMPLETE_DATA)


@table(
    dataset="nba_precompute",
    partition_by="analysis_date",
    key=("team_abbr", "analysis_date"),
    cluster_by=("team_abbr", "analysis_date"),
    reads={
        "slate": same_day(games),
        "season_starts": season_to_date(season_starts),
        "results": season_to_date(team_schedule),
        "defense": season_history(team_defense_game_summary),
    },
    population=of_form("team_abbr", _eligible, _failed, schedule=same_day(schedule)),
    columns=cup_final.said_of(
        Column("team_abbr", "STRING", "the team that defends", required=True),
        Column("analysis_date", "DATE", "Eastern date; only games before it count", required=True),
        Column("paint_pct_allowed_last_15", "DECIMAL(5,3)", f"{_PAINT} made over attempted, allowed, pooled", "0-1"),
        Column("paint_attempts_allowed_per_game", "DECIMAL(5,1)", f"{_PAINT}, games with play-by-play", "attempts"),
        Column(
            "paint_points_allowed_per_game",
            "DECIMAL(5,1)",
            f"2 x made {_PAINT}, same games; less than the league counts",
            "points",
        ),
        Column("paint_blocks_per_game", "DECIMAL(4,1)", f"own blocks of {_PAINT}, same games"),
        Column("paint_defense_vs_league_avg", "DECIMAL(5,2)", f"{_PAINT}: {_VERSUS}", "pct points"),
        Column("mid_range_pct_allowed_last_15", "DECIMAL(5,3)", f"{_MID_RANGE} made over attempted, allowed", "0-1"),
        Column(
            "mid_range_attempts_allowed_per_game", "DECIMAL(5,1)", f"{_MID_RANGE}, games with play-by-play", "attempts"
        ),
        Column("mid_range_blocks_per_game", "DECIMAL(4,1)", f"own blocks of {_MID_RANGE}, same games"),
        Column("mid_range_defense_vs_league_avg", "DECIMAL(5,2)", f"{_MID_RANGE}: {_VERSUS}", "pct points"),
        Column("three_pt_pct_allowed_last_15", "DECIMAL(5,3)", "three-pointers made over attempted, allowed", "0-1"),
        Column("three_pt_attempts_allowed_per_game", "DECIMAL(5,1)", "from box scores, all games", "attempts"),
        Column("three_pt_blocks_per_game", "DECIMAL(4,1)", "own blocks of threes, games with play-by-play"),
        Column("three_pt_defense_vs_league_avg", "DECIMAL(5,2)", f"three-pointers: {_VERSUS}", "pct points"),
        *_area_columns(),
        Column("defensive_rating_last_15", "DECIMAL(6,2)", "mean of the games' defensive ratings", "points per 100"),
        Column("opponent_points_per_game", "DECIMAL(5,1)", "points allowed a game", "points"),
        Column("opponent_pace", "DECIMAL(5,1)", f"mean of the games' pace{cup_final.LEFT_OUT}", "per 48 minutes"),
        Column("games_in_sample", "INT64", "the last 15 games, or as many as there are", "games", required=True),
        Column("zone_games_in_sample", "INT64", "of them with play-by-play", "games", required=True),
        Column(
            "games_missing",
            "INT64",
            "its finished games of the season so far that the summaries lack",
            "games",
            required=True,
        ),
        games_missing.OF_LEAGUE,
        Column("league_teams_in_sample", "INT64", "teams behind the league's averages; 0 for none", required=True),
        Column(
            "league_average_of",
            "STRING",
            "last_30_days, or season where fewer than ten teams had ten games then; NULL where so few have this season",
        ),
        Column("strongest_zone", "STRING", "paint (to 8 ft), mid_range or perimeter: lowest against the league"),
        Column("weakest_zone", "STRING", "highest against the league"),
    ),
    checks=(
        holds(
            "enough_games",
            lambda t: t.games_in_sample.between(LEAST_GAMES, SAMPLE_GAMES),
            "each row rests on 10 to 15 games",
        ),
        holds(
            "plausible",
            lambda t: (
                t.defensive_rating_last_15.between(90, 135)
                & t.paint_pct_allowed_last_15.between(0.4, 0.75)
                & t.mid_range_pct_allowed_last_15.between(0.25, 0.6)
                & t.three_pt_pct_allowed_last_15.between(0.25, 0.5)
            ),
            "rating 90 to 135; paint .40 to .75, mid-range .25 to .60, three .25 to .50",
            "warn",
        ),
        games_missing.CHECK,
    ),
    tiers=(
        f"gold with the zones of {SAMPLE_GAMES} games of the window, silver with {LEAST_GAMES}, else bronze"
        f"{games_missing.LOWERED}"
    ),
)
def team_defense_zone_analysis(
    slate: ir.Table, season_starts: ir.Table, results: ir.Table, defense: ir.Table
) -> ir.Table:
    allowed = form.allowed(defense)
    teams = _teams(slate, season_starts, results)
    rows = _with_sample(teams, allowed)
    rows = _with_league(rows.filter(rows.games_in_sample >= LEAST_GAMES), teams, allowed)
    rows = games_missing.with_games_missing_of_team(rows, results, form.by_defender(defense))
    rows = games_missing.with_games_missing_of_league(rows, results, form.by_defender(defense))
    lacking = rows.games_missing > 0
    tier = ibis.cases(
        (rows.zone_games_in_sample >= SAMPLE_GAMES, quality.GOLD),
        (rows.zone_games_in_sample >= LEAST_GAMES, quality.SILVER),
        else_=quality.BRONZE,
    )
    versus = {zone: 100 * rows[f"{zone}_pct"] - rows[f"{zone}_league"] for zone in ZONES}
    rows = rows.mutate(
        analysis_date=rows.game_date,
        league_teams_in_sample=rows.league_teams_in_sample.fill_null(0),
        **{f"{zone}_pct_allowed_last_15": rows[f"{zone}_pct"] for zone in ZONES},
        **{f"{zone}_defense_vs_league_avg": value for zone, value in versus.items()},
    )
    return rows.mutate(
        strongest_zone=_extreme(rows, lowest=True),
        weakest_zone=_extreme(rows, lowest=False),
        quality_tier=games_missing.lowered(tier, lacking),
        quality_issues=quality.issues(
            {
                "short_sample": rows.games_in_sample < SAMPLE_GAMES,
                "games_without_play_by_play": rows.zone_games_in_sample < rows.games_in_sample,
                "league_average_unavailable": rows.league_teams_in_sample == 0,
                "no_paint_attempts": rows.paint_pct.isnull(),
                "no_mid_range_attempts": rows.mid_range_pct.isnull(),
                "no_three_point_attempts": rows.three_pt_pct.isnull(),
                games_missing.CODE: lacking,
                games_missing.LEAGUE_CODE: rows.league_games_missing > 0,
            }
        ),
    )


def _pooled(zone: str, games: int | None = None) -> history.Stat:
    """Makes over attempts allowed from a zone, of the last `games`, else of the season so far."""
    makes, attempts = (form.sum_of(f"opp_{zone}_{what}", games) for what in ("makes", "attempts"))
    return lambda g, before: metrics.ratio(makes(g, before), attempts(g, before))


def _with_sample(teams: ir.Table, allowed: ir.Table) -> ir.Table:
    """The last 15 games. A mean passes over games whose column is NULL, so each zone has its own denominator."""

    def mean(column: str) -> history.Stat:
        return form.mean_of(column, SAMPLE_GAMES)

    return history.as_of(
        teams,
        allowed,
        "team_abbr",
        games_in_sample=form.games_played(SAMPLE_GAMES),
        zone_games_in_sample=lambda g, before: g.opp_paint_attempts.count().over(before.last(SAMPLE_GAMES)),
        paint_points_allowed_per_game=mean("points_in_paint_allowed"),
        defensive_rating_last_15=mean("defensive_rating"),
        opponent_points_per_game=mean("points_allowed"),
        opponent_pace=mean("opponent_pace"),
        area_points_in_paint_allowed_per_game=mean("area_points_in_paint_allowed"),
        area_games_in_sample=lambda g, before: g.area_points_in_paint_allowed.count().over(before.last(SAMPLE_GAMES)),
        **{f"area_{area}_pct_allowed_last_15": _pooled(f"area_{area}", SAMPLE_GAMES) for area in AREAS},
        **{f"area_{area}_attempts_allowed_per_game": mean(f"opp_area_{area}_attempts") for area in AREAS},
        **{f"{zone}_pct": _pooled(zone, SAMPLE_GAMES) for zone in ZONES},
        **{f"{zone}_attempts_allowed_per_game": mean(f"opp_{zone}_attempts") for zone in ZONES},
        **{f"{zone}_blocks_per_game": mean(f"blocks_{zone}") for zone in ZONES},
    )


def _with_league(rows: ir.Table, teams: ir.Table, allowed: ir.Table) -> ir.Table:
    """The league of the 30 days before, or else of the season so far; NULL where neither has teams enough."""
    shots = [f"opp_{zone}_{what}" for zone in ZONES for what in ("makes", "attempts")]
    games = allowed.select("team_abbr", "season_year", "game_date", *shots)
    past = history.before(teams, games, "team_abbr", within_days=LEAGUE_DAYS)
    recently = past.group_by("team_abbr", "game_date").agg(
        games=past.count(),
        **{
            zone: metrics.ratio(past[f"past_opp_{zone}_makes"].sum(), past[f"past_opp_{zone}_attempts"].sum())
            for zone in ZONES
        },
    )
    so_far = history.as_of(
        teams,
        allowed,
        "team_abbr",
        games=form.games_played(),
        **{zone: _pooled(zone) for zone in ZONES},
    )
    league = first_source(("game_date",), last_30_days=_league(recently), season=_league(so_far))
    averages = {f"{zone}_league": zone for zone in ZONES}
    return with_columns(rows, league, ("game_date",), "league_teams_in_sample", league_average_of="source", **averages)


def _league(teams: ir.Table) -> ir.Table:
    """The unweighted mean over all teams with games enough of what each allowed, in percent; none where too few count.

    A mean is of whole millionths: of shares they are ten-thousandths of a point, which tip the second decimal.
    """
    teams = teams.filter(teams.games >= LEAST_GAMES, *[teams[zone].notnull() for zone in ZONES])
    league = teams.group_by("game_date").agg(
        league_teams_in_sample=teams.count(), **{zone: history.mean(100 * teams[zone]) for zone in ZONES}
    )
    return league.filter(league.league_teams_in_sample >= LEAGUE_TEAMS)


def _extreme(rows: ir.Table, *, lowest: bool) -> ir.StringValue:
    """The zone furthest below (or above) the league; the earlier one of equals, NULL where nothing is known."""
    values = {zone: rows[f"{zone}_defense_vs_league_avg"] for zone in ZONES}

    def leads(zone: str) -> ir.BooleanValue:
        others = [values[other] for other in ZONES if other != zone]
        ahead = [(values[zone] <= other if lowest else values[zone] >= other).fill_null(True) for other in others]
        return ibis.and_(values[zone].notnull(), *ahead)

    return ibis.cases(*[(leads(zone), name) for zone, name in ZONES.items()])
