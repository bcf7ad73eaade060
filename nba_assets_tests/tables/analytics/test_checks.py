"""What the checks of the analytics tables find, and what at their edge they do not."""

from __future__ import annotations

import pytest

from nba_assets.contracts.table import Table
from nba_assets.tables.analytics.player_game_summary import player_game_summary
from nba_assets.tables.analytics.team_defense_game_summary import team_defense_game_summary
from nba_assets.tables.analytics.team_offense_game_summary import team_offense_game_summary
from nba_assets.tables.analytics.upcoming_player_game_context import upcoming_player_game_context
from nba_assets.tables.analytics.upcoming_team_game_context import upcoming_team_game_context
from nba_assets_tests.given import MATCH, THE_DAY, game_row, team_game_rows
from nba_assets_tests.rows import Row
from nba_assets_tests.tables.trials import Trial, Trials, assert_noticed, each, named, noted, wanted

HOME, AWAY = MATCH.home, MATCH.away
THE_GAME = {**THE_DAY, "game_id": MATCH.id}
FINAL, NOT_FINAL = [game_row(MATCH)], [game_row(MATCH, is_final=False)]


def players(home: int, away: int) -> list[Row]:
    sides = [HOME] * home + [AWAY] * away
    return [{**THE_GAME, "team_abbr": team, "player_lookup": str(n)} for n, team in enumerate(sides)]


SIDES = Trial(
    keeps=(
        {"rows": players(5, 18), "games": FINAL},
        {"rows": players(18, 5), "games": FINAL},
        {"rows": [], "games": NOT_FINAL},
    ),
    breaks=(
        (1, {"rows": players(4, 10), "games": FINAL}),
        (1, {"rows": players(10, 19), "games": FINAL}),
        (1, {"rows": players(10, 0), "games": FINAL}),
        (1, {"rows": [], "games": FINAL}),
    ),
)


def two_rows(team: str) -> Trial:
    home, away = {**THE_GAME, team: HOME}, {**THE_GAME, team: AWAY}
    return Trial(
        keeps=({"rows": [home, away], "games": FINAL}, {"rows": [], "games": NOT_FINAL}),
        breaks=(
            (1, {"rows": [home], "games": FINAL}),
            (1, {"rows": [home, home], "games": FINAL}),
            (1, {"rows": [], "games": FINAL}),
        ),
    )


def margins(team: str) -> Trial:
    def two(home: int, away: int, *, home_won: bool = True, away_won: bool = False) -> list[Row]:
        sides = ((HOME, home, home_won), (AWAY, away, away_won))
        return [{**THE_GAME, team: name, "margin_of_victory": m, "win_flag": won} for name, m, won in sides]

    return Trial(
        keeps=({"rows": two(10, -10)}, {"rows": two(10, 0)[:1]}),
        breaks=(
            (2, {"rows": two(10, -9)}),
            (2, {"rows": two(10, -10, away_won=True)}),
            (2, {"rows": two(10, -10, home_won=False)}),
        ),
    )


def zones(*parts: str, attempts: str) -> Trial:
    """10 + 7 + 20 + 3 attempts by zone: one more or fewer in all may be, two not."""
    row = {**dict(zip(parts, (10, 7, 20, 3), strict=True)), attempts: 40}
    return each(
        THE_GAME | row,
        keeps=[{}, {attempts: 41}, {attempts: 39}, {parts[0]: None}],
        breaks=[{attempts: 42}, {attempts: 38}],
    )


def within(*shots: str, prefix: str = "") -> Trial:
    """As many makes as attempts, or either unknown."""
    row = {f"{prefix}{shot}_{what}": 7 for shot in shots for what in ("makes", "attempts")}
    unknown = [{f"{prefix}{shot}_{what}": None} for shot in shots for what in ("makes", "attempts")]
    return each(THE_GAME | row, [{}, *unknown], [{f"{prefix}{shot}_makes": 8} for shot in shots])


BACK_TO_BACK = (
    [(True, 0), (False, 1), (False, None)],
    [(True, 1), (False, 0), (True, None)],
)


def rest(back_to_back: str, days: str) -> Trial:
    keeps, breaks = ([{back_to_back: b, days: d} for b, d in found] for found in BACK_TO_BACK)
    return each(THE_GAME, keeps, breaks)


def streaks(one: str, other: str) -> Trial:
    return each(THE_GAME, [{one: a, other: b} for a, b in ((0, 3), (3, 0), (0, 0))], [{one: 1, other: 1}])


ROSTER = [{**THE_GAME, "team_abbr": HOME, "player_lookup": str(n)} for n in range(8)]
ONE_SIDE = [{**THE_GAME, "team_abbr": HOME}]

LINES = {
    "game_spread": -5.5,
    "game_total": 221.0,
    "opening_spread": -4.0,
    "opening_total": None,
    "game_spread_source": "betmgm",
    "game_total_source": "fanduel",
}
OTHER_LINES = {
    "game_spread": None,
    "game_total": 221.5,
    "opening_spread": -4.5,
    "opening_total": 220.0,
    "game_spread_source": "bovada",
    "game_total_source": None,
}
PLAYERS_LINES = Trial(
    keeps=({"rows": [ONE_SIDE[0] | LINES], "slate": [ONE_SIDE[0] | LINES]},),
    breaks=(
        (
            len(OTHER_LINES),
            {
                "rows": [ONE_SIDE[0] | LINES | {name: other, "game_id": name} for name, other in OTHER_LINES.items()],
                "slate": [ONE_SIDE[0] | LINES | {"game_id": name} for name in OTHER_LINES],
            },
        ),
    ),
)


def lines_of_both(**away: object) -> list[Row]:
    both = THE_GAME | {"game_total": 221.5, "game_spread_source": "betmgm", "game_total_source": "fanduel"}
    home = both | {"team_abbr": HOME, "opponent_team_abbr": AWAY, "game_spread": -5.5}
    return [home, both | {"team_abbr": AWAY, "opponent_team_abbr": HOME, "game_spread": 5.5} | away]


OTHERS_LINES = (
    *({"game_spread": spread} for spread in (6.0, None)),
    *({"game_total": total} for total in (222.0, None)),
    *({f"game_{market}_source": book} for market in ("spread", "total") for book in ("bovada", None)),
)
TEAMS_LINES = Trial(
    keeps=(
        {"rows": lines_of_both()},
        {"rows": [row | dict.fromkeys(LINES) for row in lines_of_both()]},
    ),
    breaks=(
        (
            2 * len(OTHERS_LINES),
            {
                "rows": [
                    row | {"game_id": str(n)} for n, other in enumerate(OTHERS_LINES) for row in lines_of_both(**other)
                ]
            },
        ),
    ),
)

SLATE, POSTPONED = team_game_rows(MATCH), team_game_rows(MATCH, is_postponed=True)
BOTH_TEAMS = [{**THE_GAME, "team_abbr": team} for team in (HOME, AWAY)]
TEAMS = Trial(
    keeps=({"rows": BOTH_TEAMS, "slate": SLATE}, {"rows": [], "slate": POSTPONED}),
    breaks=(
        (1, {"rows": BOTH_TEAMS[:1], "slate": SLATE}),
        (2, {"rows": [row | {"game_id": "20241108_LAL_DEN"} for row in BOTH_TEAMS], "slate": SLATE}),
    ),
)

MINUTES = each(
    THE_GAME,
    [{"team_minutes": m, "overtime_periods": n} for m, n in ((240, 0), (265, 1), (290, 2), (None, 0))],
    [{"team_minutes": m, "overtime_periods": n} for m, n in ((241, 0), (239, 0), (240, 1), (265, 0))],
)


def late(quarter: int | None, played: int | None, source: str = "gamebook") -> Row:
    return {"fourth_quarter_seconds": quarter, "seconds_played": played, "primary_source_used": source}


def late_side(team: str, more: int = 0) -> list[Row]:
    """Five who play the whole fourth quarter, and one who plays `more`."""
    return [THE_GAME | {"team_abbr": team, "fourth_quarter_seconds": time} for time in (*[720] * 5, more)]


PLAUSIBLE_LINE = THE_GAME | {"points": 100, "minutes_played": 70.0, "fg_attempts": 60}
PLAUSIBLE_OFFENSE = THE_GAME | {"points_scored": 110, "possessions": 100.0, "pace": 100.0}
PLAUSIBLE_DEFENSE = THE_GAME | {"points_allowed": 110, "defensive_rating": 110.0}

TRIALS: Trials = {
    (upcoming_team_game_context, "no_games_missing"): noted(THE_GAME, "games_missing"),
    (upcoming_player_game_context, "no_games_missing"): noted(THE_GAME, "games_missing"),
    (player_game_summary, "players_in_every_final_game"): SIDES,
    (player_game_summary, "late_time_within_the_game"): each(
        THE_GAME,
        [late(720, 720), late(600, 599), late(600, 540, "bdl"), late(None, 1200), late(600, None)],
        [late(721, 2000), late(600, 598), late(600, 539, "bdl")],
    ),
    (player_game_summary, "five_a_side_late"): Trial(
        keeps=({"rows": [*late_side(HOME), *late_side(AWAY)]},),
        breaks=((1, {"rows": [*late_side(HOME, 1), *late_side(AWAY)]}),),
    ),
    (player_game_summary, "makes_within_attempts"): within("paint", "mid_range"),
    (player_game_summary, "zones_sum_to_attempts"): zones(
        *("paint_attempts", "mid_range_attempts", "three_pt_attempts", "zone_unknown_attempts"), attempts="fg_attempts"
    ),
    (player_game_summary, "makes_are_assisted_or_not"): each(
        THE_GAME | {"assisted_fg_makes": 3, "unassisted_fg_makes": 2, "fg_makes": 5},
        [{}, {"assisted_fg_makes": None}],
        [{"fg_makes": 4}, {"fg_makes": 6}],
    ),
    (player_game_summary, "plausible"): each(
        PLAUSIBLE_LINE,
        [{}, {"points": None}],
        [{"points": 101}, {"minutes_played": 70.1}, {"fg_attempts": 61}],
    ),
    (team_offense_game_summary, "two_rows_a_final_game"): two_rows("team_abbr"),
    (team_offense_game_summary, "opposite_margins"): margins("team_abbr"),
    (team_offense_game_summary, "minutes_fit_overtimes"): MINUTES,
    (team_offense_game_summary, "zones_sum_to_attempts"): zones(
        *("team_paint_attempts", "team_mid_range_attempts", "three_pt_attempts", "zone_unknown_attempts"),
        attempts="fg_attempts",
    ),
    (team_offense_game_summary, "plausible"): each(
        PLAUSIBLE_OFFENSE,
        [
            *({"points_scored": points} for points in (50, 200)),
            *({"possessions": count} for count in (70.0, 150.0, None)),
            *({"pace": pace} for pace in (70.0, 130.0)),
        ],
        [
            *({"points_scored": points} for points in (49, 201)),
            *({"possessions": count} for count in (69.9, 150.1)),
            *({"pace": pace} for pace in (69.9, 130.1)),
        ],
    ),
    (team_defense_game_summary, "two_rows_a_final_game"): two_rows("defending_team_abbr"),
    (team_defense_game_summary, "opposite_margins"): margins("defending_team_abbr"),
    (team_defense_game_summary, "makes_within_attempts"): within("fg", "three_pt", "ft", prefix="opp_"),
    (team_defense_game_summary, "zones_sum_to_attempts"): zones(
        *("opp_paint_attempts", "opp_mid_range_attempts", "opp_three_pt_attempts", "opp_zone_unknown_attempts"),
        attempts="opp_fg_attempts",
    ),
    (team_defense_game_summary, "plausible"): each(
        PLAUSIBLE_DEFENSE,
        [
            *({"points_allowed": points} for points in (50, 200)),
            *({"defensive_rating": rating} for rating in (60.0, 170.0, None)),
        ],
        [
            *({"points_allowed": points} for points in (49, 201)),
            *({"defensive_rating": rating} for rating in (59.99, 170.01)),
        ],
    ),
    (upcoming_team_game_context, "teams_of_the_slate"): TEAMS,
    (upcoming_team_game_context, "back_to_back_is_zero_rest"): rest("team_back_to_back", "team_days_rest"),
    (upcoming_team_game_context, "one_streak"): streaks("team_win_streak_entering", "team_loss_streak_entering"),
    (upcoming_team_game_context, "one_line_a_game"): TEAMS_LINES,
    (upcoming_player_game_context, "rosters_of_the_slate"): Trial(
        keeps=({"rows": ROSTER, "slate": ONE_SIDE},),
        breaks=((1, {"rows": ROSTER[:7], "slate": ONE_SIDE}), (1, {"rows": [], "slate": ONE_SIDE})),
    ),
    (upcoming_player_game_context, "back_to_back_is_zero_rest"): rest("back_to_back", "days_rest"),
    (upcoming_player_game_context, "one_streak"): streaks("prop_over_streak", "prop_under_streak"),
    (upcoming_player_game_context, "one_line_a_game"): PLAYERS_LINES,
    (upcoming_player_game_context, "plausible"): each(
        THE_GAME, [{"player_age": age} for age in (17, 50, None)], [{"player_age": age} for age in (16, 51)]
    ),
    (upcoming_player_game_context, "usage_is_possible"): each(
        THE_GAME,
        [{"projected_usage_rate": rate} for rate in (0.0, 45.0, None)],
        [
            *({"projected_usage_rate": rate} for rate in (-0.01, 45.01)),
            {"projected_usage_rate": 50.0, "usage_rate_last_10": 50.0},
        ],
    ),
}


@pytest.mark.parametrize(("made", "check"), wanted("analytics"), ids=named)
def test_a_check_finds_what_breaks_it_and_nothing_at_its_edge(made: Table, check: str) -> None:
    assert_noticed(made, check, TRIALS)
