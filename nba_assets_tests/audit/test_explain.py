"""A row explained: the rows that make it and no others, the source that was chosen, and what is no longer so."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import ibis.expr.types as ir
import pyarrow as pa
import pytest

from nba_assets.audit.explain import explain
from nba_assets.contracts.calendar import Window
from nba_assets.contracts.contract import Column, RawTable
from nba_assets.contracts.errors import BadInput
from nba_assets.contracts.read import same_day
from nba_assets.contracts.table import table
from nba_assets.warehouse.duckdb import DuckDBWarehouse
from nba_assets.warehouse.lake import Lake
from nba_assets_tests.build import build_rows
from nba_assets_tests.orchestration.made_up import FORM, SHOTS, TABLES, play
from nba_assets_tests.orchestration.stored import add_seven

DAYS = ["2024-10-22", "2024-10-23", "2024-10-24"]
LAST = date(2024, 10, 24)
TEAM_OF = {"brown": "BOS", "tatum": "BOS", "white": "NYK"}

OTHER = RawTable(**{**vars(SHOTS), "name": "other_shots", "need": "fallback"})


@table(
    dataset="made_up",
    partition_by="game_date",
    key=("game_date", "player"),
    cluster_by=(),
    reads={"shots": same_day(SHOTS), "other": same_day(OTHER)},
    columns=(
        Column("game_date", "DATE", "the date", required=True),
        Column("player", "STRING", "who", required=True),
        Column("points", "INT64", "of the first source, else of the other", "points"),
    ),
)
def either(shots: ir.Table, other: ir.Table) -> ir.Table:
    theirs = other.select("player", others=other.points)
    joined = shots.left_join(theirs, "player")
    return joined.select("game_date", "player", points=joined.points.coalesce(joined.others))


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> DuckDBWarehouse:
    """Three days; of the last one `brown` has no points in the first source, and all have some in the other."""
    root = tmp_path_factory.mktemp("explained")
    for number, day in enumerate(DAYS):
        play(root, day, points=10 * number)
    lake = Lake(root)
    lines = [("brown", None), ("tatum", 22), ("white", 23)]
    for contract, points in ((SHOTS, dict(lines)), (OTHER, {"brown": 5, "tatum": 22})):
        rows = [
            {
                "game_date": LAST,
                "player": player,
                "team": TEAM_OF[player],
                "points": of,
                "note": "1",
            }
            for player, of in points.items()
        ]
        lake.replace(contract, [(LAST, pa.Table.from_pylist(rows, contract.schema().to_pyarrow()))])
    found = DuckDBWarehouse(lake)
    build_rows(found, Window(date(2024, 10, 22), LAST), [*TABLES, either])
    return found


def test_the_rows_of_its_history_and_no_others(warehouse: DuckDBWarehouse) -> None:
    found = explain(warehouse, FORM, LAST, ["BOS"])
    (teams,) = found.inputs
    assert found.stored["before"] == 1 + 2 + 11 + 12
    assert found.again == found.made == found.stored
    assert [(str(row["game_date"]), row["team"]) for row in teams.enough] == [(day, "BOS") for day in DAYS]
    assert (teams.read, teams.related, teams.role) == (6, 3, "used")


def test_the_source_that_was_chosen_and_the_one_passed_over(warehouse: DuckDBWarehouse) -> None:
    """The same number from the other source is not what was taken."""
    tatum, brown = (explain(warehouse, either, LAST, [player], "points") for player in ("tatum", "brown"))
    assert [(of.contract.name, of.role) for of in tatum.inputs] == [("shots", "used"), ("other_shots", "passed over")]
    assert [row["points"] for row in tatum.inputs[0].enough] == [22]
    assert [(of.contract.name, of.role) for of in brown.inputs] == [("shots", "used"), ("other_shots", "used")]
    assert [row["points"] for row in brown.inputs[1].enough] == [5]
    assert explain(warehouse, either, LAST, ["white"], "points").inputs[1].role == "has nothing of its key"


def test_what_is_stored_otherwise_than_it_is_made_now(warehouse: DuckDBWarehouse, tmp_path: Path) -> None:
    lake = Path(shutil.copytree(warehouse.lake.root, tmp_path / "lake"))
    add_seven(lake, FORM, "2024-10-24", "before")
    found = explain(DuckDBWarehouse(Lake(lake)), FORM, LAST, ["BOS"])
    assert found.differing == ["before"]
    assert found.again == found.made


@pytest.mark.parametrize(
    ("key", "column", "told"),
    [
        (["BOS"], "points", "--column: form has no column 'points'"),
        (["LAL"], None, "--key: no row of 2024-10-24 has LAL as team; there are BOS; NYK"),
        (["BOSS"], None, "--key: no row of 2024-10-24 has BOSS as team; there are BOS"),
        ([], None, "--key: 2 rows of 2024-10-24 have"),
    ],
)
def test_a_row_that_is_not_there(key: list[str], column: str | None, told: str, warehouse: DuckDBWarehouse) -> None:
    with pytest.raises(BadInput) as refused:
        explain(warehouse, FORM, LAST, key, column)
    assert str(refused.value).startswith(told)


def test_a_day_that_is_not_built_is_told_with_those_that_are(warehouse: DuckDBWarehouse) -> None:
    with pytest.raises(BadInput, match="holds no row of 2024-12-01; it is built from 2024-10-22 to 2024-10-24"):
        explain(warehouse, FORM, date(2024, 12, 1), ["BOS"])
