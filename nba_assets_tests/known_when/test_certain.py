"""When a game is certain: stage by stage, and within a series, by the judge's own rule."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

import duckdb
import pytest

from nba_assets_tests.known_when.certain import CERTAIN

OUTSET = date(1900, 1, 1)

Game = tuple[str, date, str, str, str]
"""Its id, its date, its two teams and who won."""


def settled(*games: Game) -> dict[str, date]:
    """The last date of which the results had to be in for each game to be certain."""
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'America/New_York'")
        connection.execute("CREATE SCHEMA nba_raw")
        connection.execute(
            "CREATE TABLE nba_raw.nbac_schedule (game_id TEXT, game_date DATE, season_year INT, home_team_tricode TEXT,"
            " away_team_tricode TEXT, home_team_score INT, away_team_score INT)"
        )
        for game_id, day, home, away, winner in games:
            row = [game_id, day, 2023, home, away, 100 + (winner == home), 100 + (winner == away)]
            connection.execute("INSERT INTO nba_raw.nbac_schedule VALUES (?, ?, ?, ?, ?, ?, ?)", row)
        connection.execute(CERTAIN)
        found = connection.execute("SELECT game_id, known_at FROM certain").fetchall()
    return {game_id: at.date() - timedelta(days=1) for game_id, at in found}


def series(first: date, winners: str, *, round_: int = 1, number: int = 0) -> list[Game]:
    """Games every other day between A and B, each won by the letter in its place."""
    days = (first + timedelta(days=2 * n) for n in range(7))
    return [
        (f"00423{f'00{round_}{number}{nth}'}", day, "A", "B", winner)
        for nth, (day, winner) in enumerate(zip(days, winners, strict=False), start=1)
    ]


REGULAR_END = date(2024, 4, 14)
LAST = ("0022301199", REGULAR_END, "A", "Z", "A")
FIRST_NIGHT = date(2024, 4, 20)


@pytest.mark.parametrize(
    ("winners", "after_game"),
    [
        ("AAAA", [0, 0, 0, 0]),
        ("BAAAA", [0, 0, 0, 0, 2]),
        ("AAABA", [0, 0, 0, 0, 4]),
        ("ABABAA", [0, 0, 0, 0, 2, 4]),
        ("AAABBB", [0, 0, 0, 0, 4, 5]),
        ("ABABABA", [0, 0, 0, 0, 2, 4, 6]),
        ("AAABBBA", [0, 0, 0, 0, 4, 5, 6]),
    ],
)
def test_a_game_of_a_series(winners: str, after_game: list[int]) -> None:
    """The first four are certain with the pairing; a later one when both teams have won what it takes."""
    games = series(FIRST_NIGHT, winners)
    days = [REGULAR_END, *(day for _, day, *_ in games)]
    found = settled(LAST, *games)
    assert [found[game[0]] for game in games] == [days[n] for n in after_game]


def test_the_next_round_waits_for_the_series_of_its_two_teams() -> None:
    theirs = [(f"004230011{n}", FIRST_NIGHT + timedelta(days=n), "C", "D", "C") for n in range(1, 5)]
    following = ("0042300201", date(2024, 5, 6), "A", "C", "A")
    others = [(f"004230012{n}", date(2024, 5, n), "E", "F", "E") for n in range(1, 5)]
    found = settled(LAST, *series(FIRST_NIGHT, "BAAAA"), *theirs, *others, following)
    assert found["0042300201"] == date(2024, 4, 28)  # the fifth game of A's series


def test_the_play_in() -> None:
    """The first four games with the regular season; the last with the two whose loser and winner meet; a first series
    with the play-in of its own two teams."""
    found = settled(
        LAST,
        ("0052300101", date(2024, 4, 16), "SEVENTH", "EIGHTH", "SEVENTH"),
        ("0052300111", date(2024, 4, 17), "NINTH", "TENTH", "TENTH"),
        ("0052300201", date(2024, 4, 19), "EIGHTH", "TENTH", "TENTH"),
        ("0042300101", FIRST_NIGHT, "FIRST", "TENTH", "FIRST"),
        ("0042300121", FIRST_NIGHT, "SECOND", "SEVENTH", "SECOND"),
        ("0042300131", FIRST_NIGHT, "THIRD", "SIXTH", "THIRD"),
    )
    assert found == {
        LAST[0]: OUTSET,
        "0052300101": REGULAR_END,
        "0052300111": REGULAR_END,
        "0052300201": date(2024, 4, 17),
        "0042300101": date(2024, 4, 19),
        "0042300121": date(2024, 4, 16),
        "0042300131": REGULAR_END,
    }


def test_the_week_of_the_cup() -> None:
    """Unpaired until the groups end, for who plays a quarter-final until it is over; the final until the semis are."""
    groups_end, quarters, semis = date(2023, 11, 28), (date(2023, 12, 4), date(2023, 12, 5)), date(2023, 12, 7)
    games: Iterable[tuple[Game, Any]] = [
        (("0022300060", groups_end, "A", "B", "A"), OUTSET),
        (("0022300280", date(2023, 12, 2), "A", "B", "A"), OUTSET),
        (("0022301201", quarters[1], "A", "E", "A"), groups_end),
        (("0022301202", quarters[0], "C", "F", "C"), groups_end),
        (("0022301203", quarters[0], "D", "G", "D"), groups_end),
        (("0022301204", quarters[1], "B", "H", "B"), groups_end),
        (("0022301205", date(2023, 12, 6), "X", "Y", "X"), groups_end),
        (("0022301216", date(2023, 12, 8), "X", "Z", "X"), groups_end),
        (("0022301227", date(2023, 12, 8), "F", "G", "G"), quarters[0]),
        (("0022301228", date(2023, 12, 8), "E", "H", "E"), quarters[1]),
        (("0022301229", semis, "A", "C", "A"), quarters[1]),
        (("0022301230", semis, "D", "B", "B"), quarters[1]),
        (("0062300001", date(2023, 12, 9), "A", "B", "A"), semis),
        (("0022301210", date(2024, 4, 9), "A", "B", "A"), OUTSET),
    ]
    found = settled(*(game for game, _ in games))
    assert found == {game[0]: day for game, day in games}
