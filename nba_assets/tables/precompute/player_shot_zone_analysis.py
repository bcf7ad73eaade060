"""Where each player shoots from and how well: his last ten games, and twenty for the trend.

A row is one player on one date with games from the season's 15th day on, whether he plays or not, from his season's
games strictly before the date.
A player with fewer than five games has no row and a failure record; one with five to nine has a row that says so.
Zones come from games with play-by-play only, and how many those were stands beside them; with fewer than half of a
window, five of ten or ten of twenty, its zone figures are NULL.
"""

from __future__ import annotations

from collections.abc import Iterator

import ibis
import ibis.expr.types as ir

from nba_assets.basketball import cup_final, form, games_missing, history, metrics
from nba_assets.basketball.population import (
    EXPECTED_INCOMPLETE,
    INCOMPLETE_UPSTREAM,
    covered_days,
    of_form,
    too_few_games,
)
from nba_assets.basketball.zones import AREA_COUNTS, AREAS
from nba_assets.contracts import quality
from nba_assets.contracts.contract import Column
from nba_assets.contracts.read import same_day, season_history, season_to_date
from nba_assets.contracts.table import holds, table
from nba_assets.tables.analytics.player_game_summary import player_game_summary
from nba_assets.tables.conformed.games import games
from nba_assets.tables.conformed.views.schedule import schedule, season_starts, team_schedule

SAMPLE_GAMES, FAIR_SAMPLE, TREND_GAMES = 10, 7, 20
LEAST_GAMES, LEAST_TREND_GAMES = 5, 15
PAINT_SCORER, PERIMETER_SCORER, MID_RANGE_SCORER = 40, 40, 35
"""From what share of his shots, in percent, a zone is a player's own; tried in this order."""

ZONES = ("paint", "mid_range", "three_pt")


_PAINT, _MID_RANGE = "two-pointers from 8 ft or less", "two-pointers from beyond 8 ft"


def _area_columns() -> Iterator[Column]:
    for area, where in AREAS.items():
        yield Column(f"area_{area}_rate_last_10", "DECIMAL(5,2)", f"share of his placed shots from {where}", "percent")
        yield Column(f"area_{area}_pct_last_10", "DECIMAL(5,3)", "made of those", "0-1")
    yield Column(
        "area_games_in_sample_10", "INT64", "of the ten, those whose shots are all placed", "games", required=True
    )


def _players(slate: ir.Table, season_starts: ir.Table, players: ir.Table) -> ir.Table:
    """Everyone with a game this season before each covered date, his latest team and how many games."""
    counted = history.counted(players)
    pairs = covered_days(slate, season_starts).join(
        counted.select("player_lookup", "season_year").distinct(), "season_year"
    )
    rows = history.as_of(
        pairs,
        counted,
        "player_lookup",
        team_abbr=lambda g, before: g.team_abbr,
        games=form.games_played(),
    )
    return rows.filter(rows.games.notnull())


def _eligible(slate: ir.Table, season_starts: ir.Table, players: ir.Table) -> ir.Table:
    """By pairs of a date and a game before it: another way than the rows are found."""
    counted = history.counted(players).select("player_lookup", "season_year", "game_date")
    days = covered_days(slate, season_starts).select("season_year", analysis_date="game_date")
    pairs = days.join(counted, "season_year")
    return pairs.filter(pairs.game_date < pairs.analysis_date).select("player_lookup", "analysis_date").distinct()


def _failed(slate: ir.Table, season_starts: ir.Table, results: ir.Table, players: ir.Table) -> ir.Table:
    rows = _players(slate, season_starts, players)
    rows = games_missing.with_games_missing_of_player(rows, results, players)
    rows = rows.mutate(games_expected=rows.games + rows.games_missing)
    return too_few_games(rows, "player_lookup", LEAST_GAMES, thin=EXPECTED_INCOMPLETE, gap=INCOMPLETE_UPSTREAM)


@table(
    dataset="nba_precompute",
    partition_by="analysis_date",
    key=("player_lookup", "analysis_date"),
    cluster_by=("player_lookup", "universal_player_id", "analysis_date"),
    reads={
        "slate": same_day(games),
        "season_starts": season_to_date(season_starts),
        "results": season_to_date(team_schedule),
        "players": season_history(player_game_summary),
    },
    population=of_form("player_lookup", _eligible, _failed, schedule=same_day(schedule)),
    columns=cup_final.said_of(
        Column("player_lookup", "STRING", "canonical player", required=True),
        Column("universal_player_id", "STRING", "registry id", required=True),
        Column("analysis_date", "DATE", "Eastern date; only games before it count", required=True),
        Column("paint_rate_last_10", "DECIMAL(5,2)", f"share of his shots that were {_PAINT}", "percent"),
        Column("mid_range_rate_last_10", "DECIMAL(5,2)", f"share that were {_MID_RANGE}", "percent"),
        Column("three_pt_rate_last_10", "DECIMAL(5,2)", "share taken from three", "percent"),
        Column("total_shots_last_10", "INT64", "shots of known zone behind the shares; NULL for none", "attempts"),
        Column("games_in_sample_10", "INT64", "the last ten games, or as many as there are", "games", required=True),
        Column("games_in_sample_20", "INT64", "the last twenty games, or as many as there are", "games", required=True),
        Column("zone_games_in_sample_10", "INT64", "of the ten, those with play-by-play", "games", required=True),
        Column("zone_games_in_sample_20", "INT64", "of the twenty, those with play-by-play", "games", required=True),
        Column("sample_quality_10", "STRING", "excellent (10 games), good (7 to 9) or limited", required=True),
        Column("sample_quality_20", "STRING", "excellent, good, limited or insufficient", required=True),
        Column("paint_pct_last_10", "DECIMAL(5,3)", f"made of his {_PAINT}", "0-1"),
        Column("mid_range_pct_last_10", "DECIMAL(5,3)", f"made of his {_MID_RANGE}", "0-1"),
        Column("three_pt_pct_last_10", "DECIMAL(5,3)", "made of his three-pointers", "0-1"),
        Column("paint_attempts_per_game", "DECIMAL(4,1)", f"{_PAINT}, a game with play-by-play", "attempts"),
        Column("mid_range_attempts_per_game", "DECIMAL(4,1)", f"{_MID_RANGE}, a game with play-by-play", "attempts"),
        Column("three_pt_attempts_per_game", "DECIMAL(4,1)", "a game with play-by-play, of the ten", "attempts"),
        Column("paint_rate_last_20", "DECIMAL(5,2)", f"share of {_PAINT}, from 15 games on", "percent"),
        Column("paint_pct_last_20", "DECIMAL(5,3)", f"made of his {_PAINT}, from 15 games on", "0-1"),
        *_area_columns(),
        Column("assisted_rate_last_10", "DECIMAL(5,2)", "share of his field goals made from a pass", "percent"),
        Column("unassisted_rate_last_10", "DECIMAL(5,2)", "share made without", "percent"),
        games_missing.OF_PLAYER,
        Column(
            "primary_scoring_zone", "STRING", "paint (to 8 ft), perimeter, mid_range or balanced; NULL without shots"
        ),
    ),
    checks=(
        holds(
            "enough_games",
            lambda t: t.games_in_sample_10.between(LEAST_GAMES, SAMPLE_GAMES),
            "each row rests on 5 to 10 games",
        ),
        holds(
            "shares_add_up",
            lambda t: (t.paint_rate_last_10 + t.mid_range_rate_last_10 + t.three_pt_rate_last_10 - 100).abs() <= 0.03,
            "the three zones' shares are all of his shots",
        ),
        holds(
            "windows_nest",
            lambda t: (
                (t.games_in_sample_20 >= t.games_in_sample_10)
                & (t.zone_games_in_sample_20 >= t.zone_games_in_sample_10)
                & (t.zone_games_in_sample_10 <= t.games_in_sample_10)
                & (t.zone_games_in_sample_20 <= t.games_in_sample_20)
            ),
            "the last ten lie within the last twenty, and games with play-by-play within all",
        ),
        holds(
            "makes_are_assisted_or_not",
            lambda t: (t.assisted_rate_last_10 + t.unassisted_rate_last_10).between(95, 105),
            "assisted and unassisted makes are all makes, give or take the sources' differences",
            "warn",
        ),
        holds(
            "zones_are_covered",
            lambda t: t.zone_games_in_sample_10 >= LEAST_GAMES,
            "of each row's games five have play-by-play",
            "warn",
        ),
        games_missing.CHECK,
    ),
    tiers=(
        f"gold with the zones of {SAMPLE_GAMES} of his last ten games, silver with {FAIR_SAMPLE}, else bronze"
        f"{games_missing.LOWERED}"
    ),
)
def player_shot_zone_analysis(
    slate: ir.Table, season_starts: ir.Table, results: ir.Table, players: ir.Table
) -> ir.Table:
    rows = _players(slate, season_starts, players)
    rows = rows.filter(rows.games >= LEAST_GAMES)
    rows = games_missing.with_games_missing_of_player(_with_shots(rows, players), results, players)
    lacking = rows.games_missing > 0
    tier = ibis.cases(
        (rows.zone_games_10 >= SAMPLE_GAMES, quality.GOLD),
        (rows.zone_games_10 >= FAIR_SAMPLE, quality.SILVER),
        else_=quality.BRONZE,
    )
    enough, shots = rows.zone_games_10 >= SAMPLE_GAMES / 2, _shots(rows, 10)
    rows = _with_area_shares(_with_shares(rows, enough, shots))
    return rows.mutate(
        primary_scoring_zone=ibis.cases(
            (rows.paint_rate_last_10.isnull(), ibis.null("string")),
            (rows.paint_rate_last_10 >= PAINT_SCORER, "paint"),
            (rows.three_pt_rate_last_10 >= PERIMETER_SCORER, "perimeter"),
            (rows.mid_range_rate_last_10 >= MID_RANGE_SCORER, "mid_range"),
            else_="balanced",
        ),
        quality_tier=games_missing.lowered(tier, lacking),
        quality_issues=quality.issues(
            {
                "short_sample": rows.games_10 < SAMPLE_GAMES,
                "games_without_play_by_play": rows.zone_games_10 < rows.games_10,
                "thin_zone_coverage": ~enough,
                "no_shots": enough & (shots == 0),
                games_missing.CODE: lacking,
            }
        ),
    )


def _shots(rows: ir.Table, games: int) -> ir.IntegerValue:
    """Shots of the three zones over so many games."""
    return rows[f"paint_attempts_{games}"] + rows[f"mid_range_attempts_{games}"] + rows[f"three_pt_attempts_{games}"]


def _with_shares(rows: ir.Table, enough: ir.BooleanValue, shots: ir.IntegerValue) -> ir.Table:
    """Sample sizes, and shares and makes of the zones; NULL where too few games have their shots placed."""
    trend = (rows.games_20 >= LEAST_TREND_GAMES) & (rows.zone_games_20 >= TREND_GAMES / 2)
    shots_20 = _shots(rows, 20)

    def known(where: ir.BooleanValue, part: ir.NumericValue, whole: ir.NumericValue) -> ir.FloatingValue:
        return where.ifelse(metrics.ratio(part, whole), ibis.null("float64"))

    return rows.mutate(
        analysis_date=rows.game_date,
        total_shots_last_10=enough.ifelse(shots.nullif(0), ibis.null("int64")),
        games_in_sample_10=rows.games_10,
        games_in_sample_20=rows.games_20,
        zone_games_in_sample_10=rows.zone_games_10,
        zone_games_in_sample_20=rows.zone_games_20,
        sample_quality_10=metrics.sample_quality(rows.games_10, SAMPLE_GAMES),
        sample_quality_20=metrics.sample_quality(rows.games_20, TREND_GAMES),
        paint_rate_last_20=known(trend, 100 * rows.paint_attempts_20, shots_20),
        paint_pct_last_20=known(trend, rows.paint_makes_20, rows.paint_attempts_20),
        assisted_rate_last_10=known(enough & (shots > 0), 100 * rows.assisted_10, rows.makes_10),
        unassisted_rate_last_10=known(enough & (shots > 0), 100 * rows.unassisted_10, rows.makes_10),
        **{f"{zone}_rate_last_10": known(enough, 100 * rows[f"{zone}_attempts_10"], shots) for zone in ZONES},
        **{
            f"{zone}_pct_last_10": known(enough, rows[f"{zone}_makes_10"], rows[f"{zone}_attempts_10"])
            for zone in ZONES
        },
        **{
            f"{zone}_attempts_per_game": known(enough, rows[f"{zone}_attempts_10"], rows.zone_games_10)
            for zone in ZONES
        },
    )


def _with_area_shares(rows: ir.Table) -> ir.Table:
    """Shares and makes of the league's areas; NULL with fewer than five games whose shots are all placed."""
    placed = sum((rows[f"area_{area}_attempts_10"] for area in AREAS), start=ibis.literal(0))
    placed = (rows.area_games_10 >= LEAST_GAMES).ifelse(placed, ibis.null("int64"))
    known = placed.notnull()
    makes, attempts = ({area: rows[f"area_{area}_{what}_10"] for area in AREAS} for what in ("makes", "attempts"))
    return rows.mutate(
        area_games_in_sample_10=rows.area_games_10,
        **{f"area_{area}_rate_last_10": metrics.ratio(100 * attempts[area], placed) for area in AREAS},
        **{
            f"area_{area}_pct_last_10": known.ifelse(metrics.ratio(makes[area], attempts[area]), ibis.null("float64"))
            for area in AREAS
        },
    )


def _with_shots(rows: ir.Table, players: ir.Table) -> ir.Table:
    """Sums over the last ten and twenty games, of shots in games with play-by-play only.

    Threes stand in the box score too: counted in games without play-by-play they would push every share outward.
    """
    games = history.counted(players)
    covered = games.paint_attempts.notnull() & games.mid_range_attempts.notnull()
    games = games.mutate(
        covered=covered.ifelse(1, 0),
        three_pt_attempts=covered.ifelse(games.three_pt_attempts, ibis.null("int64")),
        three_pt_makes=covered.ifelse(games.three_pt_makes, ibis.null("int64")),
        makes=covered.ifelse(games.fg_makes, ibis.null("int64")),
    )
    summed = {f"{zone}_{what}": f"{zone}_{what}" for zone in ZONES for what in ("attempts", "makes")}
    summed |= {
        "makes": "makes",
        "assisted": "assisted_fg_makes",
        "unassisted": "unassisted_fg_makes",
        "zone_games": "covered",
    }

    return history.as_of(
        rows.drop("team_abbr", "games"),
        games,
        "player_lookup",
        universal_player_id=lambda g, before: g.universal_player_id,
        games_10=form.games_played(SAMPLE_GAMES),
        games_20=form.games_played(TREND_GAMES),
        area_games_10=lambda g, before: g.area_restricted_attempts.count().over(before.last(SAMPLE_GAMES)),
        **{f"{name}_10": form.sum_of(name, SAMPLE_GAMES) for name in AREA_COUNTS},
        **{
            f"{name}_{n}": form.sum_of(column, n)
            for n in (SAMPLE_GAMES, TREND_GAMES)
            for name, column in summed.items()
        },
    )
