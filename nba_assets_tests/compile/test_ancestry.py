"""Where columns come from through all tables, and what is made of them."""

from __future__ import annotations

from nba_assets.compile.ancestry import Ancestry, ancestry
from nba_assets.tables.raw import RAW_TABLES
from nba_assets.tables.registry import tables

BOXES, SUMMARY = "c.boxes", "a.summary"
SMALL = Ancestry(
    sources={
        (BOXES, "points"): (("raw.nbac", "pts"), ("raw.bdl", "points")),
        (SUMMARY, "points"): ((BOXES, "points"),),
        (SUMMARY, "share"): ((BOXES, "points"), (SUMMARY, "points")),
        (SUMMARY, "one"): (),
    },
    uses={},
)


def test_a_line_says_columns_then_raw_tables() -> None:
    assert SMALL.told((SUMMARY, "points")) == "points <- points of c.boxes <- bdl, nbac"
    assert SMALL.told((BOXES, "points")) == "points <- pts of raw.nbac; points of raw.bdl"
    assert SMALL.told((SUMMARY, "one")) == "one"


def test_every_column_of_ours_ends_in_raw_tables_and_is_found_from_there() -> None:
    found = ancestry("duckdb")
    raw = {contract.full_name for contract in RAW_TABLES}
    known = {(of.full_name, c.name) for of in (*RAW_TABLES, *tables()) for c in of.columns}
    assert set(found.sources) <= known
    for column, sources in found.sources.items():
        assert set(sources) <= known, column
        assert all(column in found.uses[source] for source in sources)
        assert all(source in found.sources or source[0] in raw for source in sources), column
    told = found.told(("nba_analytics.player_game_summary", "ts_pct"))
    assert told.startswith("ts_pct <- ")
    assert "points" in told
    assert "nbac_gamebook_player_stats" in told
