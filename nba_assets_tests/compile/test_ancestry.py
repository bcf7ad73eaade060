"""Where columns come from through all tables, and what is made of them."""

from __future__ import annotations

from nba_assets.compile.ancestry import line, sources, told, uses
from nba_assets.tables.analytics.player_game_summary import player_game_summary
from nba_assets.tables.raw import RAW_TABLES
from nba_assets.tables.registry import every_table, monthly_tables

BOXES, SUMMARY = "c.boxes", "a.summary"
SMALL = {
    (BOXES, "points"): (("raw.nbac", "pts"), ("raw.bdl", "points")),
    (SUMMARY, "points"): ((BOXES, "points"),),
}


def test_a_line_says_columns_then_raw_tables() -> None:
    def of(column: tuple[str, str]) -> str:
        return line(column[1], SMALL[column], SMALL.get)

    assert of((SUMMARY, "points")) == "points <- points of c.boxes <- bdl, nbac"
    assert of((BOXES, "points")) == "points <- pts of raw.nbac; points of raw.bdl"


def test_every_column_of_ours_ends_in_raw_tables_and_is_found_from_there() -> None:
    ours = {(of.full_name, c.name) for of in (*every_table(), *monthly_tables()) for c in of.columns}
    known = ours | {(of.full_name, c.name) for of in RAW_TABLES for c in of.columns}
    for column in ours:
        made_of = sources("duckdb", column)
        assert made_of is not None
        assert set(made_of) <= known, column
        assert all(column in uses("duckdb")[source] for source in made_of)
    assert {column for made in uses("duckdb").values() for column in made} <= ours
    assert all(sources("duckdb", column) is None for column in known - ours)
    [shooting] = [text for text in told(player_game_summary, "duckdb") if text.startswith("ts_pct <- ")]
    assert "points" in shooting
    assert "nbac_gamebook_player_stats" in shooting
