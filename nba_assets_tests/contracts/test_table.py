"""What a contract promises: names that exist, types, how far inputs reach, rounding and the hash at the boundary."""

from __future__ import annotations

import hashlib
from datetime import date
from typing import Any

import ibis
import ibis.expr.types as ir
import pytest

from nba_assets.compile.storage import read_back, stored
from nba_assets.contracts.calendar import Window
from nba_assets.contracts.contract import Column, Contract
from nba_assets.contracts.read import Reach, same_day, season_history, view
from nba_assets.contracts.table import BOOKKEEPING, Table, conformed, holds, table
from nba_assets.tables.registry import tables
from nba_assets_tests.given import VALUES
from nba_assets_tests.rows import Query, one, told

KEY = Column("game_id", "STRING", "game", required=True)
DAY = Column("game_date", "DATE", "date", required=True)


def contract(*columns: Column, **header: Any) -> Contract:
    named = {"dataset": "test", "name": "games", "key": ("game_id",), "partition_by": "game_date"}
    return Contract(columns=(KEY, DAY, *columns), **named | header)


GAMES = contract()


@pytest.mark.parametrize(
    "header",
    [{"key": ("player",)}, {"partition_by": "day"}, {"cluster_by": ("team",)}],
    ids=lambda header: next(iter(header)),
)
def test_a_header_names_columns_that_exist(header: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"test\.games: no column (player|day|team)"):
        contract(**header)


def test_a_column_is_declared_once() -> None:
    with pytest.raises(ValueError, match="declared twice"):
        contract(KEY)


def test_a_reference_table_has_no_date() -> None:
    assert contract(partition_by=None).partition_by is None


def test_inputs_are_the_parameters() -> None:
    with pytest.raises(TypeError, match="build takes"):

        @view(schedule=GAMES)
        def build(games: ir.Table) -> ir.Table:
            return games

    with pytest.raises(TypeError, match="games_summary takes"):

        @table(dataset="test", partition_by="game_date", key=("game_id",), cluster_by=(), reads={}, columns=(KEY, DAY))
        def games_summary(games: ir.Table) -> ir.Table:
            return games


@pytest.mark.parametrize(
    ("declared", "kept"),
    [
        ("STRING", "string"),
        ("INT64", "int64"),
        ("FLOAT64", "float64"),
        ("BOOL", "boolean"),
        ("DATE", "date"),
        ("TIMESTAMP", "timestamp('UTC', 6)"),
        ("DECIMAL(5,3)", "decimal(5, 3)"),
        ("ARRAY<STRING>", "array<string>"),
    ],
)
def test_stored_types(declared: str, kept: str) -> None:
    stored_as = Column("c", declared, "")
    expected = ibis.dtype(kept) if declared != "TIMESTAMP" else ibis.dtype("timestamp('UTC')")
    assert stored_as.stored == expected
    assert stored_as.scale == (3 if declared == "DECIMAL(5,3)" else None)


def test_a_type_nobody_knows() -> None:
    with pytest.raises(KeyError):
        _ = Column("c", "NUMBER", "").stored


NOVEMBER = Window(date(2024, 11, 8), date(2024, 11, 10))


@pytest.mark.parametrize(
    ("reach", "dates"),
    [
        (Reach.SAME_DAY, "2024-11-08..2024-11-10"),
        (Reach.EVE_AND_DAY, "2024-11-07..2024-11-10"),
        (Reach.SEASON_TO_DATE, "2024-10-01..2024-11-10"),
        (Reach.SEASON_HISTORY, "2024-10-01..2024-11-09"),
        (Reach.WHOLE_SEASON, "2024-10-01..2025-09-30"),
    ],
)
def test_how_far_a_reach_reads(reach: Reach, dates: str) -> None:
    assert str(reach.dates(NOVEMBER)) == dates


def test_the_history_of_a_seasons_first_date_is_empty() -> None:
    opening = Window(date(2024, 10, 1), date(2024, 10, 1))
    assert Reach.SEASON_HISTORY.dates(opening).days == 0


def test_a_check_that_cannot_tell_is_kept() -> None:
    """A NULL answer is no breach."""
    check = holds("positive", lambda t: t.points > 0, "")
    rows = ibis.schema({"points": "int64"})
    broken = Query(check.broken, {"rows": rows})(rows=[{"points": points} for points in (1, 0, None, -1)])
    assert told(broken, "points") == [(-1,), (0,)]


DECIMALS = contract(
    Column("thousandths", "DECIMAL(5,3)", ""),
    Column("tenths", "DECIMAL(4,1)", ""),
    Column("whole", "INT64", ""),
)


@pytest.mark.parametrize(
    ("column", "value", "kept"),
    [
        ("thousandths", 0.0005, 0.001),
        ("thousandths", -0.0005, -0.001),
        ("thousandths", 0.00049, 0),
        ("thousandths", 0.0015, 0.002),
        ("thousandths", 0.0625, 0.063),
        ("tenths", 0.25, 0.3),
        ("tenths", -0.25, -0.3),
        ("tenths", 0.35, 0.4),
        ("tenths", 2.449, 2.4),
        ("tenths", None, None),
        ("whole", 7, 7),
    ],
)
def test_decimals_are_rounded_half_away_from_zero(column: str, value: float | None, kept: float | None) -> None:
    given = ibis.schema(
        {"game_id": "string", "game_date": "date", **dict.fromkeys(("thousandths", "tenths"), "float64")}
    )
    query = Query(lambda rows: stored(rows.mutate(whole=7), DECIMALS), {"rows": given})
    assert one(query(rows=[{column: value} if column != "whole" else {}]))[column] == kept


def test_columns_come_in_the_contracts_order_and_others_do_not() -> None:
    given = ibis.schema({"extra": "string", "game_date": "date", "game_id": "string"})
    assert stored(ibis.table(given, name="rows"), GAMES).columns == ("game_id", "game_date")


def test_decimals_are_read_back_as_numbers() -> None:
    rows = read_back(ibis.table(DECIMALS.schema(), name="rows"), DECIMALS)
    kinds = [str(rows[name].type()) for name in ("tenths", "whole", "game_date")]
    assert kinds == ["float64", "int64", "date"]


@table(
    dataset="test",
    partition_by="game_date",
    key=("game_id",),
    cluster_by=("game_id",),
    reads={"games": same_day(GAMES), "past": season_history(GAMES)},
    columns=(KEY, DAY, Column("pace", "DECIMAL(5,1)", ""), Column("won", "BOOL", ""), Column("n", "INT64", "")),
    tiers="gold",
)
def little_table(games: ir.Table, past: ir.Table) -> ir.Table:
    return games


HASHED = Query(lambda rows: stored(rows, little_table), {"rows": little_table})
LITTLE = {"game_id": "G", "game_date": date(2024, 11, 8), "pace": 99.25, "won": True, "n": None, "quality_tier": "gold"}


def test_a_table_is_named_after_its_function_and_told_by_its_module() -> None:
    assert (little_table.full_name, little_table.description) == ("test.little_table", __doc__)
    assert little_table.group == "contracts", "the package that its module lies in"


def test_the_hash_is_sixteen_digits_of_sha256_over_the_stored_values() -> None:
    """The same text on every engine: a decimal enters as a whole number of its last place."""
    text = "G|2024-11-08|993|true|NULL"
    assert one(HASHED(rows=[LITTLE]))["data_hash"] == hashlib.sha256(text.encode()).hexdigest()[:16]


def test_the_hash_is_of_what_is_stored_not_of_what_was_computed() -> None:
    hashes = {row["data_hash"] for row in HASHED(rows=[LITTLE, LITTLE | {"pace": 99.3}, LITTLE | {"pace": 99.26}])}
    assert len(hashes) == 1


@pytest.mark.parametrize("made", [made for made in tables() if made.rated], ids=lambda made: made.name)
def test_the_hash_covers_every_domain_column_and_no_note_on_quality(made: Table) -> None:
    kinds = {c.name: VALUES["DECIMAL" if c.scale is not None else c.type] for c in made.columns}
    first = {name: values[0] for name, values in kinds.items()}
    domain = [c.name for c in made.domain_columns]
    changed = [first | {name: kinds[name][1]} for name in domain] + [first | {name: None} for name in domain]
    noted = [first | {name: kinds[name][1]} for name in ("quality_tier", "quality_issues", "data_hash")]

    hashes = [
        row["data_hash"]
        for row in Query(lambda rows: stored(rows, made), {"rows": made})(rows=[first, *noted, *changed])
    ]

    assert len(set(hashes[:4])) == 1, "a note on quality changes the hash"
    assert len(set(hashes[3:])) == 1 + len(changed), "a column does not change the hash"
    assert all(len(h) == 16 and set(h) <= set("0123456789abcdef") for h in hashes)


CONFORMED = [made for made in tables() if made.dataset == "nba_conformed"]


@pytest.mark.parametrize("made", CONFORMED, ids=lambda made: made.name)
def test_a_conformed_table_is_unrated_and_unrounded(made: Table) -> None:
    """Nothing is rounded before the boundary of the ten tables: a measure is a whole number or a double."""
    assert made.group == "conformed"
    assert not made.rated
    assert not {*BOOKKEEPING} & {column.name for column in made.columns}
    assert {column.name: column.type for column in made.columns if column.type.startswith("DECIMAL")} == {}
    assert {column.name for column in made.columns if column.unit in ("points", "count", "minutes", "seconds")} <= {
        column.name for column in made.columns if column.type in ("INT64", "FLOAT64")
    }


def test_every_other_table_is_rated() -> None:
    assert {made.name for made in tables() if not made.rated} == {made.name for made in CONFORMED}


@conformed(
    step="little_step",
    key=("game_id",),
    cluster_by=("game_id",),
    reads={"games": same_day(GAMES)},
    columns=(KEY, DAY, Column("pace", "FLOAT64", "")),
)
def little_conformed_table(games: ir.Table) -> ir.Table:
    return games


def test_a_conformed_table_is_stored_as_its_function_makes_it() -> None:
    """Without columns of its own making, and to the last digit."""
    rows = Query(lambda rows: stored(rows, little_conformed_table), {"rows": little_conformed_table})
    given = {"game_id": "G", "game_date": date(2024, 11, 8), "pace": 100 / 3}
    assert rows(rows=[given]) == [given]
    assert little_conformed_table.domain_columns == little_conformed_table.columns


def test_a_table_is_built_by_the_step_it_names_or_by_its_own() -> None:
    assert (little_conformed_table.step, little_table.step) == ("little_step", "little_table")
    assert little_conformed_table.full_name == "nba_conformed.little_conformed_table"
    assert little_conformed_table.partition_by == "game_date"
