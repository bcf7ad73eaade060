"""The slate as people look it up: what stands first."""

from __future__ import annotations

from decimal import Decimal

from nba_assets.audit.prop_slate import best_first


def test_an_edge_of_nothing_stands_between_the_good_and_the_bad_and_the_unknown_come_last() -> None:
    edges = {"unknown": None, "bad": Decimal("-0.0400"), "none": Decimal("0.0000"), "good": Decimal("0.0300")}
    rows = [{"edge": edge, "player_lookup": name, "system_id": "model"} for name, edge in edges.items()]
    assert [row["player_lookup"] for row in best_first(rows)] == ["good", "none", "bad", "unknown"]


def test_players_of_one_edge_stand_by_name_and_system() -> None:
    of = [("brown", "rules"), ("brown", "model"), ("adams", "rules")]
    rows = [{"edge": None, "player_lookup": name, "system_id": system} for name, system in of]
    assert [(row["player_lookup"], row["system_id"]) for row in best_first(rows)] == sorted(of)
