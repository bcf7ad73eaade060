"""What the pictures of tables are drawn from: the spread of values, and what each column is made of."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from xml.etree import ElementTree

import pyarrow as pa
import pytest

from docs_site.lineage_picture import draw_lineage
from docs_site.profile_picture import draw_profile
from docs_site.profiles import take
from nba_assets.tables.conformed.prop_lines import prop_lines
from nba_assets.warehouse.lake import Lake

DAY = date(2024, 10, 22)


def stored(lake: Path) -> None:
    lines = [10.5, 10.5, 12.0, None]
    books = ["draftkings", "draftkings", "fanduel", "<b>"]
    given = {"line": lines, "book": books, "game_date": [DAY] * 4, "over_price": [-110, -112, None, -109]}
    schema = prop_lines.schema().to_pyarrow()
    columns = {field.name: pa.array(given.get(field.name, [None] * 4), field.type) for field in schema}
    Lake(lake).replace(prop_lines, [(DAY, pa.table(columns, schema=schema))])


def texts(picture: bytes) -> set[str]:
    return {"".join(of.itertext()) for of in ElementTree.fromstring(picture).iter("{http://www.w3.org/2000/svg}text")}


def test_the_spread_of_values(tmp_path: Path) -> None:
    stored(tmp_path)
    (found,) = take(tmp_path).values()
    assert found["line"]["null"] == 0.25
    assert (found["line"]["low"], found["line"]["median"], found["line"]["high"]) == (10.5, 10.5, 12)
    assert found["line"]["bins"] == [2, *[0] * 22, 1]  # what is unknown is in none
    assert found["over_price"]["bins"] == [1, 0, 1, 1]  # a bin for each whole number
    assert found["book"]["values"] == [["draftkings", 0.5], ["<b>", 0.25], ["fanduel", 0.25]]


@pytest.mark.slow
def test_values_are_shown_as_they_are() -> None:
    spread = {"book": {"null": 0.5, "distinct": 2, "values": [["draftkings", 0.5], ["<b>", 0.25]]}}
    assert {"draftkings 50%, <b> 25%", "50.0%"} <= texts(draw_profile(prop_lines, spread))
    long = {"null": 0.5, "distinct": 3, "values": [["A" * 18, 0.3], ["B" * 18, 0.15], ["C" * 18, 0.05]]}
    told = [text for text in texts(draw_profile(prop_lines, {"book": long})) if text.startswith("AAA")]
    assert told == [f"{'A' * 18} 30%, {'B' * 18} 15%, ..."], "else they stand on the share of NULL"


@pytest.mark.slow
def test_each_column_and_what_it_is_made_of_is_named() -> None:
    told = texts(draw_lineage(prop_lines))
    assert {"nba_conformed.prop_lines", *(column.name for column in prop_lines.columns)} <= told
    assert "nba_raw.odds_api_player_points_props" in told
