"""Damages of files: what each declares, and how what came of one is judged. The files themselves are the attack's."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date

import pyarrow as pa
import pytest

from attack.damages import Damage, End, plus, put, some
from attack.parts.files import DAMAGES, Found, affected, damaged_rows, judge, needed
from nba_assets.contracts.checks import checks_of
from nba_assets.tables.raw.box_scores import nbac_gamebook_player_stats
from nba_assets.tables.raw.market import odds_api_game_lines
from nba_assets.tables.registry import tables

CHECKS = {f"{table.name}.{check.name}" for table in tables() for check in checks_of(table)}
BY_A_CHECK = [damage for damage in DAMAGES if damage.by]
PLACE = "player_boxes 2024-11-15"


def a_damage(ends: End, *by: str) -> Damage:
    return Damage("any", (nbac_gamebook_player_stats,), ends, by=by, why="one source")


def ends(damage: Damage, found: Found) -> tuple[str, bool]:
    ended, losses = judge(damage, nbac_gamebook_player_stats, found)
    return ended, not losses


def differs(*covers: set[str]) -> Found:
    return Found(covers={PLACE: list(covers)}, columns={PLACE: {"points"}})


def test_names_are_unique_and_what_cannot_be_detected_says_why() -> None:
    assert len({damage.name for damage in DAMAGES}) == len(DAMAGES) >= 90
    assert all(bool(damage.why) == (damage.ends is End.UNDETECTABLE) for damage in DAMAGES)


@pytest.mark.parametrize("damage", BY_A_CHECK, ids=lambda damage: damage.name)
def test_without_its_check_a_damage_is_lost(damage: Damage) -> None:
    assert set(damage.by) <= CHECKS
    made = {table.name for raw in damage.tables for table in affected(raw)}
    assert {check.split(".")[0] for check in damage.by} <= made
    table, check = damage.by[0].split(".")
    found = differs({damage.by[0]})
    found.flags = {table: {check}}
    assert ends(damage, found) == ("flagged", True)
    found.flags = {table: {"another_check"}}
    assert ends(damage, found) == ("flagged", False)


@pytest.mark.parametrize(
    ("damage", "found", "ended", "holds"),
    [
        (a_damage(End.REPAIRED), Found(), "same", True),
        (a_damage(End.REPAIRED), Found(kept_out=2, flags={"games": {"counted"}}), "same", True),
        (a_damage(End.REPAIRED), differs({"label"}), "labelled", False),
        (a_damage(End.FLAGGED), differs({"label"}, {"failure record"}), "labelled", True),
        (a_damage(End.FLAGGED), differs({"label"}, set()), "silent", False),
        (a_damage(End.UNDETECTABLE), differs(set()), "silent", True),
        (a_damage(End.REFUSED), Found(refused="nbac_gamebook_player_stats/day.parquet: no"), "refused", True),
        (a_damage(End.REFUSED), Found(refused="something is wrong"), "refused", False),
        (a_damage(End.REFUSED), Found(refused="nbac_gamebook_player_stats: two\nlines"), "refused", False),
        (a_damage(End.REPAIRED), Found(refused="nbac_gamebook_player_stats: no"), "refused", False),
        (a_damage(End.QUARANTINED), Found(contradictions="two rows of a key"), "quarantined", True),
        (a_damage(End.QUARANTINED), Found(), "same", False),
    ],
)
def test_what_came_of_it_is_judged_by_what_was_declared(damage: Damage, found: Found, ended: str, holds: bool) -> None:
    assert ends(damage, found) == (ended, holds)


def test_a_check_is_needed_where_it_alone_covers_a_row() -> None:
    found = differs({"a.one", "a.two"}, {"a.two"}, {"label"}, {"label", "a.three"})
    found.flags = {"a": {"one", "two", "three"}}
    assert needed(a_damage(End.FLAGGED), found) == ["a.two"]
    assert needed(a_damage(End.FLAGGED, "a.three"), found) == ["a.three"]
    assert needed(a_damage(End.FLAGGED, "a.one", "a.three"), found) == ["a.two"]


def test_lines_reach_what_reads_them_and_no_box_score() -> None:
    made = [table.name for table in affected(odds_api_game_lines)]
    assert made.index("game_lines") < made.index("upcoming_team_game_context")
    assert "player_boxes" not in made


def test_only_rows_of_the_day_are_damaged_and_only_in_columns_that_there_are() -> None:
    table, schema = nbac_gamebook_player_stats, nbac_gamebook_player_stats.schema().to_pyarrow()
    days = (date(2024, 11, 14), date(2024, 11, 15))
    rows = pa.Table.from_pylist([{"game_date": day, "player_lookup": "a", "points": 3} for day in days], schema=schema)
    more = replace(a_damage(End.FLAGGED), rows=plus("points", 1))
    damaged = damaged_rows(random.Random(1), more, rows, table, days[1])
    assert damaged is not None
    assert damaged.select(["game_date", "points"]).to_pylist() == [
        {"game_date": days[0], "points": 3},
        {"game_date": days[1], "points": 4},
    ]
    assert damaged_rows(random.Random(1), replace(more, rows=plus("points", 0)), rows, table, days[1]) is None
    with pytest.raises(KeyError):
        damaged_rows(random.Random(1), replace(more, rows=some(put(pionts=4))), rows, table, days[1])
