"""What follows a team's game, as far as it was certain before it: nothing may tell who wins tonight."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nba_assets.tables.conformed.next_games import next_games
from nba_assets.tables.conformed.views.schedule import announced_games, schedule, team_schedule
from nba_assets_tests.brackets import game, may, series
from nba_assets_tests.given import eastern
from nba_assets_tests.rows import Row, one, rows_of
from nba_assets_tests.shared import needs_shared, raw_rows

NEXT = ("next_game_date", "next_opponent_team_abbr", "games_in_next_7_days")
NOTHING = (None, None, 0)


def rows_on(day: date, *games: Row, editions: Sequence[Row] = ()) -> list[dict[str, Any]]:
    tonight = [row for row in games if row["game_date"] == day]
    before = [row for row in games if row["game_date"] < day]
    return rows_of(
        next_games,
        slate=rows_of(team_schedule, games=tonight),
        announced=rows_of(announced_games, games=games, editions=editions),
        results=rows_of(team_schedule, games=before),
    )


def following(day: date, *games: Row) -> dict[str, tuple]:
    """What follows for each team that plays on the day."""
    return {row["team_abbr"]: tuple(row[name] for name in NEXT) for row in rows_on(day, *games)}


def november(day: int) -> date:
    return date(2023, 10, 31) + timedelta(days=day)


def regular(number: int, day: int, away: str, home: str, winner: str | None = None, **changes: Any) -> Row:
    return game(f"00223{number:05}", november(day), away, home, winner, **changes)


TONIGHT = regular(9, 20, "BOS", "NYK")

NOON = {day: eastern(november(day), 12) for day in range(1, 40)}


def test_the_next_game_and_those_of_the_seven_dates_after() -> None:
    coming = [
        regular(10, 21, "BOS", "LAL", is_primetime=True),
        regular(11, 27, "PHI", "BOS"),
        regular(12, 28, "PHI", "BOS"),
    ]
    row = one(rows_on(november(20), TONIGHT, *coming), team_abbr="BOS")
    assert tuple(row[name] for name in NEXT) == (november(21), "LAL", 2)
    assert (row["next_game_id"], row["next_game_is_primetime"]) == ("20231121_BOS_LAL", True)
    assert following(november(20), TONIGHT) == {"BOS": NOTHING, "NYK": NOTHING}


def test_a_postponed_game_is_neither_tonights_nor_the_next() -> None:
    gone = regular(10, 21, "BOS", "LAL", is_postponed=True)
    assert following(november(20), TONIGHT, gone)["BOS"] == NOTHING
    assert following(november(21), TONIGHT, gone) == {}


def test_the_games_of_the_regular_season_are_those_that_were_certain() -> None:
    """Of before, tonight's, and to come; not the play-offs', nor one that was known to be off."""
    others = [regular(7, 8, "BOS", "MIA", "BOS"), regular(10, 22, "BOS", "LAL"), regular(12, 1, "PHI", "MIA")]
    others += [regular(6, 7, "BOS", "ORL", is_postponed=True, read_at=NOON[30])]
    others += [regular(n, 24 + n, "PHI", "BOS", is_postponed=True, read_at=NOON[n]) for n in (9, 11)]
    moved = (26, {"is_postponed": True, "read_at": NOON[19]}), (30, {})
    others += [regular(13, day, "BOS", "ORL", **changes) for day, changes in moved]
    others += [game("0042300101", november(30), "MIA", "BOS")]
    rows = rows_on(november(10), regular(8, 10, "BOS", "NYK"), *others)
    assert {row["team_abbr"]: row["season_games"] for row in rows} == {"BOS": 5, "NYK": 1}


@pytest.mark.parametrize(("read", "next_date", "in_a_week"), [(19, 24, 1), (20, 24, 1), (21, 22, 2), (26, 22, 2)])
def test_a_game_stood_in_the_schedule_until_it_was_read_to_be_off(read: int, next_date: int, in_a_week: int) -> None:
    """The 22nd's, at the tip of the 20th: off as the schedule of noon had it, or still to come."""
    off = regular(10, 22, "BOS", "LAL", is_postponed=True, read_at=NOON[read])
    found = following(november(20), TONIGHT, off, regular(11, 24, "PHI", "BOS"))
    assert found["BOS"] == (november(next_date), "PHI" if next_date == 24 else "LAL", in_a_week)


def test_the_next_opponents_record_is_of_before_today() -> None:
    """Los Angeles has won one of two; tonight's and later results are not known."""
    results = [
        regular(1, 10, "LAL", "PHI", "LAL"),
        regular(2, 12, "PHI", "LAL", "PHI"),
        regular(3, 20, "PHI", "LAL", "LAL"),
    ]
    rows = rows_on(november(20), *results, TONIGHT, regular(10, 22, "BOS", "LAL"))
    assert one(rows, team_abbr="BOS")["next_opponent_win_pct"] == 0.5
    assert one(rows, team_abbr="NYK")["next_opponent_win_pct"] is None


def test_two_seventh_games_do_not_tell_who_goes_on() -> None:
    """15 May 2022: the next round began on the 17th for one winner and on the 18th for the other."""
    east = series("21", may(1), ("MIL", "BOS"), "MBMBMBB")
    west = series("22", may(1), ("DAL", "PHX"), "PDPDPDD")
    other = [*series("20", may(2), ("IND", "CLE"), "IIII"), *series("23", may(2), ("GSW", "MEM"), "GGGG")]
    final = [*series("30", may(15), ("BOS", "IND"), "BBBB"), *series("31", may(16), ("DAL", "GSW"), "GGGG")]
    found = following(may(13), *east, *west, *other, *final)
    assert found == dict.fromkeys(("MIL", "BOS", "DAL", "PHX"), NOTHING)


@pytest.mark.parametrize(
    ("winners", "tonight", "next_number", "in_a_week"),
    [
        ("BBBMB", 1, 2, 3),  # the first game of a round: the next three are certain
        ("BBBMB", 2, 3, 2),
        ("BBBMB", 3, 4, 1),
        ("BBBMB", 4, None, 0),  # a sweep is possible
        ("BBBMB", 5, None, 0),
        ("BMBMBMB", 3, 4, 2),  # one each: four and five
        ("BMBMBMB", 4, 5, 1),
        ("BMBMBMB", 5, 6, 1),
        ("BMBMBMB", 6, None, 0),
        ("BMBMBMB", 7, None, 0),
    ],
)
def test_in_a_series_a_game_counts_if_it_is_played_whoever_wins_tonight(
    winners: str, tonight: int, next_number: int | None, in_a_week: int
) -> None:
    """The leader's wins before tonight, w, and w + (m - tonight's number) <= 3."""
    games = series("20", may(1), ("BOS", "MIA"), winners)
    found = following(games[tonight - 1]["game_date"], *games)
    coming = (games[next_number - 1]["game_date"], "MIA", in_a_week) if next_number else NOTHING
    assert found["BOS"] == coming


def test_games_that_may_not_be_needed_do_not_count_before_they_are() -> None:
    """A schedule as it stands between two games of a series holds all seven."""
    games = series("20", may(1), ("BOS", "MIA"), "BBB----")
    assert following(may(7), *games) == {"BOS": NOTHING, "MIA": NOTHING}


def test_the_play_in_and_the_first_round_are_not_known_before() -> None:
    season = game("0022301100", may(1), "PHI", "MIA", "PHI")
    last_night = game("0022301101", may(2), "ATL", "CHI", "ATL")
    eighth = game("0052300101", may(4), "MIA", "PHI", "PHI")
    tenth = game("0052300111", may(5), "ATL", "CHI", "CHI")
    last = game("0052300201", may(7), "CHI", "MIA", "MIA")
    games = [season, last_night, eighth, tenth, last]
    games += [*series("10", may(9), ("MIA", "BOS"), "BBBB"), *series("11", may(8), ("PHI", "NYK"), "NNNN")]
    for day in (1, 2, 4, 5, 7):
        assert set(following(may(day), *games).values()) == {NOTHING}, day
    assert following(may(9), *games)["MIA"] == (may(11), "BOS", 3)


def test_the_cup_week_is_known_from_the_groups_end_and_the_cup_itself_never() -> None:
    """Groups ended on 28 November 2023; Milwaukee and New York met in a quarter-final on 5 December."""
    groups = [regular(1, 28, "NYK", "CHA"), regular(2, 29, "MIL", "CHI")]
    early = regular(3, 42, "MIL", "DET")
    cup = [
        regular(1201, 34, "BOS", "IND", "IND"),
        regular(1202, 35, "NYK", "MIL", "MIL"),
        regular(1203, 34, "NOP", "SAC", "NOP"),
        regular(1204, 35, "PHX", "LAL", "LAL"),
        regular(1205, 36, "CHA", "CHI"),
        regular(1227, 38, "NYK", "BOS", "BOS"),
        regular(1229, 37, "IND", "MIL", "IND"),
        regular(1230, 37, "NOP", "LAL", "LAL"),
        game("0062300001", november(39), "IND", "LAL", "LAL"),
    ]
    games = [*groups, early, *cup]
    assert following(november(28), *games) == {"NYK": NOTHING, "CHA": NOTHING}
    assert following(november(29), *games)["MIL"] == (november(35), "NYK", 1)
    assert following(november(29), *games)["CHI"] == (november(36), "CHA", 1)
    assert following(november(35), *games)["NYK"] == NOTHING
    assert following(november(35), *games)["MIL"] == (november(42), "DET", 1), "the next that is certain"
    assert set(following(november(34), *games).values()) == {NOTHING}
    assert following(november(37), *games)["IND"] == following(november(37), *games)["LAL"] == NOTHING


def _season(outcomes: Sequence[bool]) -> list[Row]:
    """A little league whose calendar hangs on its results: the last regular night decides who meets whom, and a round
    begins when the one before it is over. `outcomes` say of each possible game whether the visitors win."""
    result = iter(outcomes)
    games: list[Row] = []

    def play(nba_id: str, day: int, away: str, home: str) -> str:
        winner = away if next(result) else home
        games.append(game(nba_id, may(day), away, home, winner))
        return winner

    def play_series(place: str, day: int, one: str, other: str, at: int) -> tuple[str, int]:
        """The winner, and the day after; each series has its own seven outcomes, played or not."""
        nonlocal result
        result = iter(outcomes[at : at + 7])
        won = {one: 0, other: 0}
        for number in range(1, 8):
            won[play(f"0042300{place}{number}", day + 2 * number - 2, one, other)] += 1
            if 4 in won.values():
                return max(won, key=lambda team: won[team]), day + 2 * number - 1
        raise AssertionError

    top = play("0022300001", 1, "ATL", "BOS")
    play("0022300002", 2, "CHI", "DET")
    second = "CHI" if top == "BOS" else "DET"
    pairs = {team for team in ("ATL", "BOS", "CHI", "DET") if team not in (top, second)}
    rest = sorted(pairs)
    one, over = play_series("10", 5, top, second, 2)
    other, other_over = play_series("11", 6, rest[0], rest[1], 9)
    play_series("20", max(over, other_over) + 1, one, other, 16)
    return games


OUTCOMES = st.lists(st.booleans(), min_size=23, max_size=23)


@settings(max_examples=15, deadline=None)
@given(outcomes=OUTCOMES, others=OUTCOMES, of=st.integers(0, 30))
def test_two_futures_with_one_past_have_the_same_row_tonight(outcomes: list[bool], others: list[bool], of: int) -> None:
    """Whatever happens from tonight on, and whatever calendar comes of it."""
    games = _season(outcomes)
    days = sorted({row["game_date"] for row in games})
    day = days[of % len(days)]
    past = {row["nba_game_id"]: row for row in games if row["game_date"] < day}
    ids = ["0022300001", "0022300002", *(f"0042300{s}{n}" for s in ("10", "11", "20") for n in range(1, 8))]
    mixed = [was if nba_id in past else other for nba_id, was, other in zip(ids, outcomes, others, strict=True)]
    future = _season(mixed)
    assert [row for row in future if row["game_date"] < day] == list(past.values())
    assert rows_on(day, *future) == rows_on(day, *games)


def edition(of: Row, first: int, last: int | None = None, withdrawn: int | None = None) -> Row:
    """A game as it stood in the editions read at noon of those days of November."""
    return {
        "season_year": of["season_year"],
        "game_id": of["nba_game_id"],
        "game_code": f"{of['game_date']:%Y%m%d}/{of['away_team_abbr']}{of['home_team_abbr']}",
        "game_date": of["game_date"],
        "first_seen": NOON[first],
        "last_seen": last and NOON[last],
        "withdrawn_at": withdrawn and NOON[withdrawn],
    }


MOVED, TO = regular(10, 22, "BOS", "LAL"), regular(10, 25, "BOS", "LAL")
STAYED = regular(11, 24, "PHI", "BOS")


@pytest.mark.parametrize(
    ("first", "read", "withdrawn", "next_date"),
    [
        (1, 19, 21, november(22)),  # moved the day after: nobody knew tonight
        (1, 18, 19, november(24)),  # moved the day before
        (1, 18, 20, november(24)),  # at noon, before the tip
        (21, 22, 23, november(24)),  # no edition is of before tonight: the last one counts
    ],
)
def test_the_edition_of_the_moment_counts(first: int, read: int, withdrawn: int, next_date: date) -> None:
    """A game of the 22nd that was moved to the 25th, as Boston knew it at the tip of the 20th."""
    kept = [edition(TONIGHT, first), edition(STAYED, first), edition(MOVED, first, read, withdrawn)]
    kept.append(edition(TO, withdrawn))
    row = one(rows_on(november(20), TONIGHT, TO, STAYED, editions=kept), team_abbr="BOS")
    assert (row["next_game_date"], row["games_in_next_7_days"]) == (next_date, 2)


def test_a_game_that_was_never_needed_is_announced_and_still_not_certain() -> None:
    games = series("20", november(1), ("BOS", "MIA"), "BBBB")
    unneeded = game("0042300205", november(9), "BOS", "MIA")
    kept = [edition(row, 1) for row in games] + [edition(unneeded, 1, 7, 8)]
    assert {row["next_game_date"] for row in rows_on(november(7), *games, editions=kept)} == {None}
    assert {row["next_game_date"] for row in rows_on(november(5), *games, editions=kept)} == {november(7)}


def test_a_game_that_no_edition_has_stands_by_itself() -> None:
    """Put into the lake by a release that kept none."""
    row = one(rows_on(november(20), TONIGHT, STAYED, editions=[edition(TONIGHT, 1)]), team_abbr="BOS")
    assert row["next_game_date"] == november(24)


@needs_shared
@pytest.mark.slow
def test_the_seventh_games_of_15_may_2022_do_not_tell_who_won() -> None:
    games = rows_of(schedule, raw=raw_rows("nba_raw.nbac_schedule", "season_year = 2021"))
    assert following(date(2022, 5, 15), *games) == dict.fromkeys(("MIL", "BOS", "DAL", "PHX"), NOTHING)
    assert set(following(date(2022, 4, 12), *games).values()) == {NOTHING}, "play-in"
    assert set(following(date(2022, 4, 10), *games).values()) == {NOTHING}, "the last night of the season"
    assert following(date(2022, 5, 17), *games)["BOS"] == (date(2022, 5, 19), "MIA", 3), "a round's first game"


@needs_shared
@pytest.mark.slow
def test_the_cup_of_2023() -> None:
    games = rows_of(schedule, raw=raw_rows("nba_raw.nbac_schedule", "season_year = 2023", "raw_2023-24"))
    groups_over = following(date(2023, 12, 2), *games)
    assert groups_over["MIL"][:2] == (date(2023, 12, 5), "NYK"), "quarter-finals are known"
    for team, opponent in (("NYK", "TOR"), ("MIL", "CHI")):
        assert following(date(2023, 12, 5), *games)[team][:2] == (date(2023, 12, 11), opponent)
    for team in ("IND", "LAL"):
        assert following(date(2023, 12, 7), *games)[team][0] > date(2023, 12, 9), "not the final"
