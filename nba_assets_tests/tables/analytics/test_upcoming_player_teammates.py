"""Team-mates of a player before a game: who is out, whose absence is news, and what it does to his usage."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nba_assets_tests.given import used
from nba_assets_tests.rows import Row, one, told
from nba_assets_tests.tables.analytics.player_context import (
    columns,
    on_roster,
    played,
    rows_with,
    slate,
    status,
    tatum,
)


def usage(player: str, rate: float, minutes: float, points: int = 10) -> list[Row]:
    return [played(n, points, player, minutes, **used(rate, minutes)) for n in (15, 17)]


SQUAD = [*usage("tatum", 30, 36, 27), *usage("brown", 20, 36), *usage("white", 15, 24), *usage("scrub", 50, 2)]
ROSTER = [on_roster(player) for player in ("tatum", "brown", "white", "scrub")]


def test_usage_of_an_absent_star_falls_to_the_others() -> None:
    """The roster's mean is (30 36 + 20 36 + 15 24 + 50 2) / 98 = 23.06 %, without Tatum 1180 / 62 = 19.03 %.

    Nobody is projected beyond 45 %, nor who used more in two minutes.
    """
    rows = rows_with(*SQUAD, rosters=ROSTER, availability=[status("tatum", "out"), status("white", "questionable")])
    brown = one(rows, player_lookup="brown")
    assert brown["projected_usage_rate"] == pytest.approx(20 * (2260 / 98) / (1180 / 62), abs=0.005)
    assert columns(brown, "star_teammates_out", "questionable_teammates", "probable_teammates") == (1, 1, 0)
    assert columns(one(rows, player_lookup="white"), "star_teammates_out", "questionable_teammates") == (1, 0)
    assert columns(one(rows, player_lookup="scrub"), "usage_rate_last_10", "projected_usage_rate") == (50, 45)
    squad = [*SQUAD[:6], *usage("scrub", 40, 2)]
    rows = rows_with(*squad, rosters=ROSTER, availability=[status("tatum", "out")])
    assert one(rows, player_lookup="scrub")["projected_usage_rate"] == 45


ABSENCE = ("projected_usage_rate", "star_teammates_out", "star_teammates_newly_out", "teammates_out")


def without_tatum(played_by_tatum: int, *others: Row, team: str = "BOS") -> Row:
    """Brown's row of ten games, 20 % in 36 minutes, of which Tatum, 30 % in as many, played the first ones."""
    games = [played(n, 20, "brown", **used(20, 36)) for n in range(9, 19)]
    his = [played(n, 20, **used(30, 36), team_abbr=team) for n in range(9, 9 + played_by_tatum)]
    older = [played(n, 20, **used(30, 36)) for n in (1, 2)]
    out = [status("tatum", "out")]
    return one(rows_with(*games, *his, *older, *others, rosters=ROSTER[:2], availability=out), player_lookup="brown")


def test_an_absence_is_news_for_as_long_as_he_played_in_the_last_ten_games() -> None:
    """Projected is (20 + 30 share) / (1 + share): of all ten games, of half, of none; a star out he stays."""
    assert columns(without_tatum(10), *ABSENCE) == (25, 1, 1, "tatum 2")
    assert columns(without_tatum(5), *ABSENCE) == (23.33, 1, 0.5, "tatum 7")
    assert columns(without_tatum(0), *ABSENCE) == (20, 1, 0, "tatum 18")
    assert columns(without_tatum(5, team="NYK"), *ABSENCE) == (20, 1, 0, "tatum 7"), "for another team"


def test_days_since_a_teammates_last_game_count_the_cup_final_and_the_shares_do_not() -> None:
    final = [played(18, 20, player, season_type="cup_final", **used(25, 36)) for player in ("tatum", "brown")]
    assert columns(without_tatum(5, final[0]), *ABSENCE) == (23.33, 1, 0.5, "tatum 2")
    only = rows_with(final[0], *usage("brown", 20, 36), rosters=ROSTER[:2], availability=[status("tatum", "out")])
    assert columns(one(only, player_lookup="brown"), *ABSENCE) == (20, 0, 0, "tatum 2")


def test_whoever_has_not_played_this_season_is_missed_by_nobody() -> None:
    """And of several each is listed, the latest first; a doubtful one does not miss himself."""
    out = [status(name, "out") for name in ("tatum", "hurt")] + [status("white", "doubtful")]
    squad = [*SQUAD[:6], played(3, 10, "scrub", 20.0, **used(20, 20))]
    rows = rows_with(*squad, rosters=[*ROSTER, on_roster("hurt")], availability=[*out, status("scrub", "out")])
    assert told(rows, "player_lookup", "teammates_out") == [
        ("brown", "tatum 3, white 3, scrub 17"),
        ("white", "tatum 3, scrub 17"),
    ]


@settings(max_examples=5, deadline=None)
@given(rates=st.lists(st.tuples(st.floats(1, 60), st.floats(1, 48)), min_size=4, max_size=4))
def test_a_team_at_full_strength_has_no_spike(rates: list[tuple[float, float]]) -> None:
    names = ("tatum", "brown", "white", "scrub")
    squad = [row for name, (rate, minutes) in zip(names, rates, strict=True) for row in usage(name, rate, minutes)]
    rows = rows_with(*squad, rosters=ROSTER, availability=[status("hart", "out", "NYK")])
    assert len(rows) == 4
    for row in rows:
        assert columns(row, *ABSENCE) == (min(row["usage_rate_last_10"], 45), 0, 0, None)


def test_with_everybody_there_usage_stays_as_it_was() -> None:
    """But beyond 45 %, which nobody is projected to use."""
    rows = rows_with(*SQUAD, rosters=ROSTER, availability=[status("hart", "out", "NYK")])
    assert told(rows, "player_lookup", "projected_usage_rate", "star_teammates_out") == [
        ("brown", 20, 0),
        ("scrub", 45, 0),
        ("tatum", 30, 0),
        ("white", 15, 0),
    ]


def test_a_doubtful_player_is_of_the_team_that_his_own_row_is_of() -> None:
    """White is out: with Tatum the mean of who is left is (30 36 + 20 36 + 50 2) / 74, and not Brown's and Scrub's."""
    rows = rows_with(*SQUAD, rosters=ROSTER, availability=[status("tatum", "doubtful"), status("white", "out")])
    projected = one(rows, player_lookup="tatum")["projected_usage_rate"]
    assert projected == pytest.approx(30 * (2260 / 98) / (1900 / 74), abs=0.005)


def test_a_doubtful_star_is_counted_out_but_not_his_own_teammate() -> None:
    rows = rows_with(*SQUAD, rosters=ROSTER, availability=[status("tatum", "doubtful")])
    assert told(rows, "player_lookup", "star_teammates_out") == [("brown", 1), ("scrub", 1), ("tatum", 0), ("white", 1)]
    brown = one(rows, player_lookup="brown")
    assert brown["projected_usage_rate"] == pytest.approx(20 * (2260 / 98) / (1180 / 62), abs=0.005), "as if out"


def test_usage_in_a_few_minutes_makes_no_star() -> None:
    rows = rows_with(*SQUAD, rosters=ROSTER, availability=[status("scrub", "out")])
    assert {row["star_teammates_out"] for row in rows} == {0}


def stars_out(who: str, points: int = 10, minutes: float = 30.0) -> int:
    """The stars whom White is without when one of four misses the game: of usage 30 to 24 %, or of what is said."""
    rates = {"first": 30, "second": 28, "third": 26, "fourth": 24} | ({} if minutes >= 30 else {who: 40})
    own = {name: (minutes, points) if name == who else (30.0, 10) for name in rates}
    squad = [row for name, rate in rates.items() for row in usage(name, rate, *own[name])]
    names = [*rates, "white"]
    rows = rows_with(*squad, rosters=[on_roster(name) for name in names], availability=[status(who, "out")])
    return int(one(rows, player_lookup="white")["star_teammates_out"])


def test_a_star_is_among_the_first_three_in_usage_or_scores_eighteen_in_fifteen_minutes_or_more() -> None:
    assert [stars_out(name) for name in ("first", "second", "third", "fourth")] == [1, 1, 1, 0]
    assert [stars_out("fourth", points) for points in (18, 17)] == [1, 0]
    assert [stars_out("fourth", minutes=minutes) for minutes in (15.0, 14.9)] == [1, 0]


def test_probable_teammates_are_those_besides_himself() -> None:
    report = [status("white", "probable"), status("scrub", "probable")]
    rows = rows_with(*SQUAD, rosters=ROSTER, availability=report)
    assert told(rows, "player_lookup", "probable_teammates", "questionable_teammates") == [
        ("brown", 2, 0),
        ("scrub", 1, 0),
        ("tatum", 2, 0),
        ("white", 1, 0),
    ]


def test_a_status_read_with_little_confidence_counts_and_the_row_says_so() -> None:
    """Whoever is "out" has no row and is missed by the others, however sure the parser was."""
    doubted = slate(low_confidence_count=1, players_out_count=1)
    hardly_read = status("tatum", "out") | {"confidence": 0.75}
    rows = rows_with(*SQUAD, rosters=[*ROSTER, on_roster("hart", "NYK")], slate=doubted, availability=[hardly_read])
    assert told(rows, "player_lookup", "star_teammates_out") == [("brown", 1), ("hart", 0), ("scrub", 1), ("white", 1)]
    doubts = {row["player_lookup"]: "low_confidence_report" in row["quality_issues"] for row in rows}
    assert doubts == {"brown": True, "hart": False, "scrub": True, "white": True}
    assert "low_confidence_report" not in tatum(slate=slate(low_confidence_count=0))["quality_issues"]


def test_without_a_report_nobodys_absence_is_known() -> None:
    rows = rows_with(*SQUAD, rosters=ROSTER)
    names = ("star_teammates_out", "questionable_teammates", "probable_teammates", "projected_usage_rate")
    assert {columns(row, *names) for row in rows} == {(None,) * 4}
