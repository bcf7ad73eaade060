"""One player's line in one game. The example is Brunson's in the specification's golden vector."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nba_assets.basketball.box_scores import COUNTS
from nba_assets.tables.analytics.player_game_summary import player_game_summary
from nba_assets_tests.given import GOLDEN, shot_row
from nba_assets_tests.rows import Query, Row, broken_of, one, rows_of, told

BRUNSON = {
    "points": 38,
    "fg_makes": 14,
    "fg_attempts": 22,
    "three_pt_makes": 3,
    "ft_attempts": 9,
    "turnovers": 5,
    "minutes": 45 + 28 / 60,
}
NEW_YORK = {
    "game_id": GOLDEN.id,
    "game_date": GOLDEN.day,
    "team_abbr": "NYK",
    "home_game": False,
    "neutral_site": False,
    "win_flag": True,
    "team_minutes": 265,
    "fg_attempts": 86,
    "ft_attempts": 24,
    "turnovers": 13,
}


def box(player: str = "brunson", team: str = "NYK", **line: Any) -> Row:
    """A row of `player_boxes`."""
    return {
        "game_id": GOLDEN.id,
        "game_date": GOLDEN.day,
        "season_year": 2024,
        "season_type": "regular",
        "player_lookup": player,
        "universal_player_id": player and f"{player}_001",
        "team_abbr": team,
        "opponent_team_abbr": "PHI" if team == "NYK" else "NYK",
        "points": 10,
        "minutes": 30.0,
        "source": "gamebook",
    } | line


def rows_with(*boxes: Row, **inputs: list[Row]) -> list[dict[str, Any]]:
    return rows_of(player_game_summary, player_boxes=list(boxes), **{"team_offense": [NEW_YORK]} | inputs)


def brunson(**inputs: list[Row]) -> dict[str, Any]:
    return one(rows_with(box(**BRUNSON), **inputs), player_lookup="brunson")


def test_the_golden_line() -> None:
    """Usage of a 53-minute game: the reference takes it for 48 minutes and says 29.8."""
    row = brunson()
    assert (row["efg_pct"], row["ts_pct"], row["usage_rate"]) == (0.705, 0.732, 32.94)
    assert (row["minutes_played"], row["seconds_played"], row["points"]) == (45.5, 2728, 38)
    assert (row["win_flag"], row["home_game"], row["opponent_team_abbr"]) == (True, False, "PHI")


def test_possessions_while_on_court() -> None:
    """Zero for who was in none of a team whose line-ups are known, unknown where they are not."""
    counts = {
        "on_court_possessions": 70,
        "on_court_possessions_against": 71,
        "on_court_points_for": 80,
        "on_court_points_against": 75,
    }
    seen = {"game_id": GOLDEN.id, "team_abbr": "NYK", "player_lookup": "brunson", "used": 21, "used_on_court": 60}
    rows = rows_with(box(), box("hart"), box("embiid", "PHI"), on_court=[seen | counts])
    silent = [row["player_lookup"] for row in rows if "line_ups_unavailable" not in row["quality_issues"]]
    assert silent == [row["player_lookup"] for row in rows if row["on_court_possessions"] is not None] != []
    names = (*counts, "usage_rate_on_court")
    assert told(rows, "player_lookup", *names) == [
        ("brunson", 70, 71, 80, 75, 35.0),
        ("embiid", None, None, None, None, None),
        ("hart", 0, 0, 0, 0, None),
    ]


def test_a_neutral_game_is_said_to_be_one() -> None:
    abroad = brunson(team_offense=[NEW_YORK | {"home_game": True, "neutral_site": True}])
    assert (abroad["home_game"], abroad["neutral_site"], brunson()["neutral_site"]) == (True, True, False)


def test_zero_is_zero_and_unknown_is_unknown() -> None:
    missed = {"points": 0, "fg_makes": 0, "three_pt_makes": 0, "fg_attempts": 4, "ft_attempts": 0, "turnovers": 0}
    row = one(rows_with(box(**missed, plus_minus=0, offensive_rebounds=0, defensive_rebounds=0)))
    assert (row["efg_pct"], row["ts_pct"], row["plus_minus"], row["rebounds"]) == (0, 0, 0, 0)
    unused = one(rows_with(box(**missed | {"fg_attempts": 0})))
    assert (unused["usage_rate"], unused["efg_pct"], unused["ts_pct"]) == (0, None, None)
    assert (unused["plus_minus"], unused["rebounds"], unused["assists"]) == (None, None, None)


def test_an_appearance_of_no_minutes_keeps_its_counts() -> None:
    row = one(rows_with(box(points=0, minutes=0.0, personal_fouls=1, fg_attempts=0, ft_attempts=0, turnovers=0)))
    assert (row["minutes_played"], row["seconds_played"], row["personal_fouls"]) == (0, 0, 1)
    assert (row["usage_rate"], row["plays_used"], row["team_plays_on_court"]) == (None, None, None)


def test_usage_is_of_the_plays_that_a_row_tells() -> None:
    """22 shots, 9 free throws, 5 turnovers, of New York's 109.56 plays in 53 minutes those of 45:28; or nothing."""
    row = brunson()
    assert (row["plays_used"], row["team_plays_on_court"]) == (30.96, 93.98732)
    unknown = one(rows_with(box(**BRUNSON | {"turnovers": None})))
    assert (unknown["usage_rate"], unknown["plays_used"], unknown["team_plays_on_court"]) == (None, None, None)


def test_a_last_second_shot_is_a_huge_usage() -> None:
    """Two seconds on court and one attempt: 100 x 1 x 53 / (2/60 x 109.56)."""
    row = one(rows_with(box(points=0, fg_attempts=1, ft_attempts=0, turnovers=0, minutes=2 / 60)))
    assert (row["usage_rate"], row["plays_used"], row["team_plays_on_court"]) == (1451.26, 1, 0.06891)


def test_free_throws_alone_are_shooting() -> None:
    row = one(rows_with(box(points=2, fg_makes=0, three_pt_makes=0, fg_attempts=0, ft_attempts=2)))
    assert (row["ts_pct"], row["efg_pct"]) == (1.136, None)


def test_without_the_teams_totals() -> None:
    row = brunson(team_offense=[])
    assert (row["usage_rate"], row["win_flag"], row["home_game"], row["neutral_site"]) == (None,) * 4
    assert "team_totals_unavailable" in row["quality_issues"]


def test_who_is_unknown_has_no_row() -> None:
    assert told(rows_with(box(), box(None)), "player_lookup") == [("brunson",)]


def test_zones_of_his_shots_and_of_his_blocks() -> None:
    """Towns blocks without a shot of his own, and counts (P11)."""
    shots = [
        shot_row(GOLDEN, "NYK", "paint", made=True, player_lookup="brunson", is_assisted=True),
        shot_row(GOLDEN, "NYK", "paint", made=True, player_lookup="brunson", is_and_one=True),
        shot_row(GOLDEN, "NYK", "mid_range", player_lookup="brunson"),
        shot_row(GOLDEN, "NYK", "unknown", player_lookup="brunson"),
        shot_row(GOLDEN, "PHI", "paint", player_lookup="maxey", blocked_by="towns"),
        shot_row(GOLDEN, "PHI", "three", player_lookup="maxey", blocked_by="towns"),
    ]
    rows = rows_with(box(**BRUNSON), box("towns"), box("hart"), shots=shots)
    taken = ("paint_attempts", "paint_makes", "mid_range_attempts", "mid_range_makes", "zone_unknown_attempts")
    made = ("assisted_fg_makes", "unassisted_fg_makes", "and1_count")
    blocks = ("paint_blocks", "mid_range_blocks", "three_pt_blocks")
    assert told(rows, "player_lookup", *taken, *made, *blocks) == [
        ("brunson", 2, 2, 1, 0, 1, 1, 1, 1, 0, 0, 0),
        ("hart", *[0] * 11),
        ("towns", *[0] * 8, 1, 0, 1),
    ]
    unseen = brunson()
    assert [unseen[name] for name in (*taken, *made, *blocks)] == [None] * 11
    assert (unseen["fourth_quarter_points"], unseen["shot_zones_source"]) == (None, None)


def test_areas_are_counted_where_every_shot_of_the_game_is_placed() -> None:
    """One shot without a place, and nobody's areas of that game are known; zones are."""
    spots = [("restricted", True), ("restricted", False), ("paint", True), ("above_break", False)]
    his = [shot_row(GOLDEN, "NYK", made=made, player_lookup="brunson", area=area) for area, made in spots]
    row = brunson(shots=his)
    names = [
        f"area_{area}_{what}" for area in ("restricted", "paint", "corner_three") for what in ("attempts", "makes")
    ]
    assert [row[name] for name in names] == [2, 1, 1, 1, 0, 0]
    row = brunson(shots=[*his, shot_row(GOLDEN, "PHI", player_lookup="maxey")])
    assert [row[name] for name in (*names, "paint_attempts")] == [*[None] * 6, 4]
    assert "shot_areas_unavailable" in row["quality_issues"]


def test_half_a_game_of_play_by_play_is_none() -> None:
    """Zones, and points of a quarter that nobody told, are unknown. Two feeds that tell it together are both named."""
    half = brunson(shots=[shot_row(GOLDEN, "NYK", player_lookup="brunson", is_whole=False)])
    names = ("paint_attempts", "assisted_fg_makes", "paint_blocks", "fourth_quarter_points", "shot_zones_source")
    assert [half[name] for name in names] == [None] * 5
    assert "shot_zones_unavailable" in half["quality_issues"]
    whole = [shot_row(GOLDEN, "NYK", player_lookup="brunson", is_whole=True, source=s) for s in ("nbac", "bigdataball")]
    both = brunson(shots=whole)
    assert (both["paint_attempts"], both["shot_zones_source"]) == (2, "both")


LATE = {"game_id": GOLDEN.id, "game_date": GOLDEN.day, "team_abbr": "NYK", "primary_source_used": "gamebook"}


@pytest.mark.parametrize(
    ("seconds", "played", "source", "broken"),
    [
        (720, 720, "gamebook", 0),
        (721, 2000, "gamebook", 1),
        (601, 600, "nbac_boxscore", 0),
        (602, 600, "nbac_boxscore", 1),
        (660, 600, "bdl", 0),
        (661, 600, "bdl", 1),
        (None, 600, "gamebook", 0),
    ],
)
def test_nobody_plays_more_late_than_there_is(seconds: int | None, played: int, source: str, broken: int) -> None:
    row = LATE | {"fourth_quarter_seconds": seconds, "seconds_played": played, "primary_source_used": source}
    assert len(broken_of(player_game_summary, "late_time_within_the_game", [row])) == broken


def test_a_side_plays_five_times_the_fourth_quarter() -> None:
    side = [LATE | {"fourth_quarter_seconds": 720}] * 5
    assert broken_of(player_game_summary, "five_a_side_late", [*side, LATE | {"team_abbr": "PHI"}]) == []
    assert len(broken_of(player_game_summary, "five_a_side_late", [*side, LATE | {"fourth_quarter_seconds": 1}])) == 1


def late_time(player: str, quarter: int = 0, clutch: int = 0) -> Row:
    return {
        "game_id": GOLDEN.id,
        "team_abbr": "NYK",
        "player_lookup": player,
        "fourth_quarter_seconds": quarter,
        "clutch_seconds": clutch,
    }


def test_late_time_and_points() -> None:
    """Zero for who sat out the quarter in a covered game, NULL where line-ups or plays are missing."""
    rows = rows_with(
        box(**BRUNSON),
        box("hart"),
        box("maxey", "PHI"),
        late_minutes=[late_time("brunson", 700, 290)],
        fourth_quarter_points=[{"game_id": GOLDEN.id, "player_lookup": "brunson", "points": 12}],
        shots=[shot_row(GOLDEN, "NYK")],
    )
    seconds = ("fourth_quarter_seconds", "clutch_seconds")
    assert told(
        rows, "player_lookup", "fourth_quarter_minutes", "clutch_minutes", *seconds, "fourth_quarter_points"
    ) == [
        ("brunson", 11.7, 4.8, 700, 290, 12),
        ("hart", 0, 0, 0, 0, 0),
        ("maxey", None, None, None, None, 0),
    ]


@pytest.mark.parametrize(("told", "minutes", "clutch"), [(1, 240, 290), (1, 265, None), (2, 265, 290), (2, 290, None)])
def test_the_clutch_of_a_game_whose_overtime_is_not_told_is_unknown(
    told: int, minutes: int, clutch: int | None
) -> None:
    late = late_time("brunson", 700, 290) | {"late_periods": told}
    (row,) = rows_with(box(**BRUNSON), late_minutes=[late], team_offense=[NEW_YORK | {"team_minutes": minutes}])
    assert (row["fourth_quarter_seconds"], row["clutch_seconds"]) == (700, clutch)
    assert ("late_minutes_unavailable" in row["quality_issues"]) == (clutch is None)


def test_starters_are_listed_else_the_first_five_on_court() -> None:
    """NBA.com's list first; where it lacks him, whoever was on court at the first event."""
    rows = rows_with(
        box("brunson", is_starter=True),
        box("hart", is_starter=False),
        box("towns"),
        box("payne"),
        box("maxey", "PHI"),
        first_fives=[
            {"game_id": GOLDEN.id, "team_abbr": "NYK", "player_lookup": player} for player in ("hart", "towns", None)
        ],
    )
    assert told(rows, "player_lookup", "starter_flag") == [
        ("brunson", True),
        ("hart", False),
        ("maxey", None),
        ("payne", False),
        ("towns", True),
    ]


def lined(line: float, movement: float | None = None, **more: Any) -> list[Row]:
    """A row of `points_lines`."""
    found = {"game_date": GOLDEN.day, "player_lookup": "brunson", "line": line, "book": "draftkings"}
    return [found | {"opening": line - (movement or 0), "movement": movement} | more]


def test_a_line_and_how_he_stood_against_it() -> None:
    row = brunson(prop_lines=lined(27.5, 1.5))
    assert (row["points_line"], row["points_line_source"]) == (27.5, "draftkings")
    assert (row["opening_line"], row["opening_line_source"], row["line_movement"]) == (26.0, "draftkings", 1.5)
    assert (row["over_under_result"], row["margin"]) == ("OVER", 10.5)


def test_equal_to_the_line_is_a_push() -> None:
    row = brunson(prop_lines=lined(38.0))
    assert (row["over_under_result"], row["margin"]) == ("PUSH", 0)
    assert (row["opening_line"], row["opening_line_source"], row["line_movement"]) == (38.0, "draftkings", None)
    assert brunson(prop_lines=lined(38.5))["over_under_result"] == "UNDER"


def test_prices_and_the_other_books() -> None:
    offer = {"over_price": -120, "under_price": 100, "over_probability": 0.52174, "books": 4, "lowest": 26.5}
    row = brunson(prop_lines=lined(27.5, highest=28.0, seen_at=GOLDEN.tip, age_minutes=0, **offer))
    assert (row["points_line_over_price"], row["points_line_under_price"]) == (-120, 100)
    assert row["points_line_over_probability"] == 0.5217
    assert (row["points_line_books"], row["points_line_lowest"], row["points_line_highest"]) == (4, 26.5, 28.0)
    assert (row["points_line_seen_at"], row["points_line_age_minutes"]) == (GOLDEN.tip, 0)


def test_without_a_line() -> None:
    row = brunson()
    names = ("points_line", "points_line_source", "over_under_result", "margin", "line_movement")
    assert [row[name] for name in names] == [None] * 5


def test_the_source_is_the_tier() -> None:
    unknown = ["late_minutes_unavailable", "line_ups_unavailable"]
    shots = [shot_row(GOLDEN, "NYK", area="paint")]
    for source, tier, issues in (
        ("gamebook", "gold", []),
        ("nbac_boxscore", "silver", ["backup_source_used"]),
        ("bdl", "silver", ["backup_source_used", "whole_minutes"]),
    ):
        row = one(rows_with(box(source=source), shots=shots))
        assert (row["primary_source_used"], row["quality_tier"]) == (source, tier)
        assert row["quality_issues"] == issues + unknown


PLAYERS = ("brunson", "hart", "maxey", "oubre")
TAKEN = st.tuples(
    st.sampled_from(PLAYERS),
    st.sampled_from(["paint", "mid_range", "three", "unknown"]),
    st.booleans(),
    st.booleans(),
    st.sampled_from([None, *PLAYERS]),
)


@settings(max_examples=12, deadline=None)
@given(players=st.sets(st.sampled_from(PLAYERS)), taken=st.lists(TAKEN, max_size=25), data=st.data())
def test_one_row_a_player_and_zones_are_attempts(players: set[str], taken: list, data: st.DataObject) -> None:
    team = {player: "NYK" if player in PLAYERS[:2] else "PHI" for player in PLAYERS}
    shots = [
        shot_row(GOLDEN, team[who], zone, made=made, player_lookup=who, is_assisted=helped, blocked_by=blocker)
        for who, zone, made, helped, blocker in taken
    ]
    boxes = []
    for player in sorted(players):
        his = [shot for shot in shots if shot["player_lookup"] == player]
        line = dict.fromkeys(COUNTS, 0) | {"points": data.draw(st.integers(0, 60))}
        line |= {"fg_attempts": len(his), "fg_makes": sum(shot["made"] for shot in his)}
        line |= {"three_pt_attempts": sum(shot["zone"] == "three" for shot in his)}
        boxes.append(box(player, team[player], **line, minutes=data.draw(st.floats(5, 53))))

    rows = rows_with(*boxes, shots=shots)

    assert [row["player_lookup"] for row in rows] == sorted(players)
    for row in rows:
        assert row["usage_rate"] is None or row["usage_rate"] >= 0
        if taken:
            zones = row["paint_attempts"] + row["mid_range_attempts"] + row["zone_unknown_attempts"]
            assert zones + row["three_pt_attempts"] == row["fg_attempts"]
            assert row["assisted_fg_makes"] + row["unassisted_fg_makes"] == row["fg_makes"]


def test_a_second_on_the_court_does_not_move_the_usage_of_a_day() -> None:
    usage = next(measure for measure in player_game_summary.measures if measure.name == "mean_usage_rate")
    mean = Query(lambda rows: rows.aggregate(mean=usage.of(rows)), {"rows": player_game_summary})
    played = [{"minutes_played": minutes, "usage_rate": rate} for minutes, rate in ((30, 18), (5, 22), (0.1, 1196.81))]
    assert mean(rows=played) == [{"mean": 20}]
