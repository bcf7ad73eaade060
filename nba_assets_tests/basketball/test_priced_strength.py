"""What spreads say of teams: on neutral ground, beside what the opponents' said, and never of tonight's in the past."""

from __future__ import annotations

from functools import cache

import ibis
import pytest

from nba_assets.basketball.priced_strength import HOME, priced_nights, with_priced_strength
from nba_assets_tests.given import ago, night, played
from nba_assets_tests.rows import Query, Row, one

NIGHTS = ibis.schema(
    dict.fromkeys(("game_id", "season_type", "team_abbr", "opponent_team_abbr"), "string")
    | {"game_date": "date", "season_year": "int64", "game_spread": "float64"}
    | dict.fromkeys(("home_game", "neutral_site"), "bool")
)


@cache
def _nights() -> Query:
    return Query(priced_nights, {"slates": NIGHTS})


def priced(slates: list[Row], column: str = "priced_strength", team: str = "NYK") -> float | None:
    """What tonight's row of a team says."""
    return one(_nights()(slates=slates), team_abbr=team, game_date=ago(0)["game_date"])[column]


BEFORE = [*night(5, -6.0, "PHI", "BOS"), *night(4, -2.0, "PHI", "LAL"), *night(3, -4.0, "PHI", "BOS")]
"""Philadelphia's games so far, by spreads on neutral ground: worth 6, 2 and 4 less home; Boston's that much the other
way."""

THEIRS = 4 - HOME - (6 - HOME)
"""What it is worth: in the only game whose opponent had one before, 4 less home above a Boston of -(6 less home)."""


def test_the_margin_of_a_spread_on_neutral_ground_beside_what_the_opponent_is_worth() -> None:
    assert priced([*BEFORE, *night(0, -5.0)], "opponent_strength") == pytest.approx(THEIRS)
    assert priced([*BEFORE, *night(0, -5.0)]) == pytest.approx(5 - HOME + THEIRS)
    assert priced([*BEFORE, *night(0, 3.0, "PHI", "NYK")]) == pytest.approx(3 + HOME + THEIRS)
    assert priced([*BEFORE, *night(0, -5.0, neutral_site=True)]) == pytest.approx(5 + THEIRS)


def test_unknown_without_a_spread_and_against_a_team_of_which_none_is_known() -> None:
    assert priced([*BEFORE, *night(0, None)]) is None
    assert priced([*BEFORE, *night(0, None)], "opponent_strength") == pytest.approx(THEIRS)
    assert priced(night(0, -5.0)) is None
    cup_final = [row | {"season_type": "cup_final"} for row in BEFORE]
    assert priced([*cup_final, *night(0, -5.0)]) is None


def test_the_usual_is_of_twenty_games_before_and_tonight_says_nothing_of_it() -> None:
    """Of 24 games against a team that is priced even with everybody, the first were by 20 and the last twenty by 6."""
    games = [row for n in range(1, 25) for row in night(n, -HOME - (20 if n > 20 else 6), "PHI", "BOS")]
    found = priced([*games, *night(0, -5.0)], "opponent_strength")
    again = priced([*games, *night(0, -5.0), *night(0, -40.0, "PHI", "LAL")], "opponent_strength")
    boston = [-(20 * min(n, 4) + 6 * max(n - 4, 0)) / n for n in range(1, 25)]
    windowed = [-(20 * max(4 - max(n - 20, 0), 0) + 6 * min(n - 4, 20)) / 20 for n in range(20, 25)]
    before = [*boston[:19], *windowed][3:23]
    assert found == again == pytest.approx(sum(6 + of for of in before) / 20)


ROWS = ibis.schema({"game_id": "string", "game_date": "date", "season_year": "int64", "team_abbr": "string"})
HIS = {"player_lookup": "string"}
PLAYED = ibis.schema({**ROWS, **HIS, "season_type": "string", "seconds_played": "int64"})


@cache
def _players() -> Query:
    return Query(with_priced_strength, {"rows": ibis.schema({**ROWS, **HIS}), "players": PLAYED, "slates": NIGHTS})


def test_what_his_team_was_worth_when_he_played() -> None:
    """He missed the game of two days ago and came on in one of no spread; tonight's own is not of the past."""
    slates = [*BEFORE, *night(2, -9.0), *night(1, -3.0), *night(0, -5.0)]
    tonight = ago(0, team_abbr="NYK", player_lookup="brunson", game_id="0_PHI_NYK")
    rows = [{name: tonight[name] for name in (*ROWS, *HIS)}]
    games = [played(days, game_id=f"{days}_PHI_NYK") for days in (7, 1, 0)]
    found = one(_players()(rows=rows, players=[{n: g[n] for n in PLAYED} for g in games], slates=slates))
    yesterday = one(_nights()(slates=slates), team_abbr="NYK", game_date=ago(1)["game_date"])
    assert found["his_strength"] == pytest.approx(yesterday["priced_strength"], abs=1e-6)
    assert found["priced_strength"] == pytest.approx(priced(slates))
    assert found["usual_strength"] == pytest.approx(priced(slates, "usual_strength"))
    assert found["usual_strength"] > found["his_strength"]
