"""Two small lakes of one table, and what is told of each way in which they can differ."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from nba_assets.audit.compare import Change, Compared, Difference, compare
from nba_assets.cli import app as cli
from nba_assets.contracts.errors import BadInput
from nba_assets.contracts.failures import RECORDS
from nba_assets.tables.analytics.team_offense_game_summary import team_offense_game_summary
from nba_assets.tables.precompute.ml_feature_store_v2 import ml_feature_store_v2
from nba_assets.warehouse.lake import Lake

FIRST, SECOND = date(2024, 10, 22), date(2024, 10, 23)
NAME = team_offense_game_summary.full_name


def rows(day: date, **values: list) -> pa.Table:
    """Two teams' rows of a date; a column that is not given is NULL."""
    schema = team_offense_game_summary.schema().to_pyarrow()
    given = {"game_id": [str(day)] * 2, "team_abbr": ["BOS", "NYK"], "game_date": [day] * 2} | values
    length = len(next(iter(given.values())))
    columns = [pa.array(given.get(field.name, [None] * length)) for field in schema]
    return pa.table([column.cast(field.type) for column, field in zip(columns, schema, strict=True)], schema=schema)


def lake(root: Path, *parts: tuple[date, pa.Table]) -> Path:
    Lake(root).replace(team_offense_game_summary, parts)
    return root


@pytest.fixture
def old(tmp_path: Path) -> Path:
    return lake(tmp_path / "old", (FIRST, rows(FIRST, pace=[99.5, None])), (SECOND, rows(SECOND)))


def only(found: list[Compared]) -> Compared:
    (table,) = found
    return table


def test_a_lake_is_equal_to_itself_and_null_to_null(old: Path) -> None:
    found = only(compare(old, old))
    assert found == Compared(NAME, old_rows=4, new_rows=4)


@pytest.mark.parametrize("beside", ["copies/game_date=2024-10-24", "game_date=2024-10-24.bak", "game_date=2026-02-30"])
def test_what_lies_beside_partitions_is_left_alone(beside: str, old: Path, tmp_path: Path) -> None:
    """Copies in a folder of their own took the whole table out of the comparison, unseen."""
    new = lake(tmp_path / "new", (FIRST, rows(FIRST, pace=[99.5, 1.0])), (SECOND, rows(SECOND)))
    folder = new / "nba_analytics" / team_offense_game_summary.name
    (folder / beside).mkdir(parents=True)
    shutil.copy(folder / f"game_date={FIRST}" / "data.parquet", folder / beside)
    found = only(compare(old, new))
    assert (found.old_rows, found.new_rows, found.only_new, found.changed) == (4, 4, 0, 1)


def test_a_data_set_is_no_lake(old: Path) -> None:
    """Its tables are no data sets, nor their partitions tables."""
    with pytest.raises(BadInput, match="nba_analytics is no lake"):
        compare(old, old / "nba_analytics")


def test_the_path_of_a_lake_is_no_pattern(tmp_path: Path) -> None:
    """Rows of a lake beside it were compared."""
    lakes = [
        lake(tmp_path / name, (FIRST, rows(FIRST, pace=[pace, 1.0]))) for name, pace in (("a 1", 2.0), ("a [1]", 3.0))
    ]
    assert len(only(compare(*lakes)).differences) == 1


def test_partitions_without_rows(tmp_path: Path) -> None:
    empty = rows(FIRST).slice(0, 0)
    old, new = (lake(tmp_path / side, (FIRST, empty)) for side in ("old", "new"))
    assert only(compare(old, new)) == Compared(NAME)


def test_a_value_is_told_by_key_and_column(old: Path, tmp_path: Path) -> None:
    new = lake(tmp_path / "new", (FIRST, rows(FIRST, pace=[99.5, 98.0])), (SECOND, rows(SECOND)))
    found = only(compare(old, new))
    (difference,) = found.differences
    assert difference == Difference(NAME, f"{FIRST}, NYK", "pace", "NULL", "98.0")
    assert (found.changed, found.columns) == (1, {"pace": 1})


def test_the_hash_counts_where_it_differs_alone(old: Path, tmp_path: Path) -> None:
    first = rows(FIRST, pace=[1.0, None], data_hash=["a", "b"])
    new = lake(tmp_path / "new", (FIRST, first), (SECOND, rows(SECOND)))
    found = only(compare(old, new))
    assert (found.changed, found.columns) == (2, {"pace": 1, "data_hash": 1})


def test_rows_and_partitions_of_one_side(old: Path, tmp_path: Path) -> None:
    new = lake(tmp_path / "new", (FIRST, rows(FIRST, team_abbr=["BOS", "LAL"], pace=[99.5, None])))
    found = only(compare(old, new))
    assert (found.only_old, found.only_new, found.changed) == (3, 1, 0)
    assert Difference(NAME, f"game_date={SECOND}", "(partition)", "there", "not there") in found.differences
    assert [d.old for d in found.differences if "LAL" in d.key] == ["(no row)"]


def test_a_row_twice_is_no_row_once(old: Path, tmp_path: Path) -> None:
    twice = pa.concat_tables([rows(FIRST, pace=[99.5, None]), rows(FIRST, pace=[99.5, None]).slice(0, 1)])
    new = lake(tmp_path / "new", (FIRST, twice), (SECOND, rows(SECOND)))
    found = only(compare(old, new))
    assert (found.only_old, found.only_new) == (0, 1)
    assert found.differences[0].key.endswith("#2")


def test_a_column_of_one_side_and_one_of_another_type(old: Path, tmp_path: Path) -> None:
    def other(day: date, pace: list) -> pa.Table:
        kept = rows(day).drop_columns(["pace", "ts_pct"])
        return kept.append_column("pace", pa.array(pace, pa.float64()))

    new = lake(tmp_path / "new", (FIRST, other(FIRST, [99.5, None])), (SECOND, other(SECOND, [None, None])))
    found = only(compare(old, new))
    assert [(d.column, d.old, d.new) for d in found.differences] == [
        ("ts_pct", "there", "not there"),
        ("pace", "DECIMAL(5,1)", "DOUBLE"),
    ]
    assert found.changed == 0, "the numbers are the same"
    assert only(compare(old, new, common_columns=True)).columns.keys() == {"pace"}


def test_a_column_of_some_partitions(old: Path, tmp_path: Path) -> None:
    """Partitions built before a column was declared: NULL, and told."""
    first, second = rows(FIRST, pace=[99.0, None]), rows(SECOND).drop_columns(["pace"])
    found = only(compare(old, lake(tmp_path / "new", (FIRST, first), (SECOND, second))))
    assert [(d.column, d.old, d.new) for d in found.differences] == [
        ("pace", "there", "not in all partitions"),
        ("pace", "99.5", "99.0"),
    ]
    assert found.changed == 1


def test_a_table_of_one_side(old: Path, tmp_path: Path) -> None:
    new = lake(tmp_path / "new", (FIRST, rows(FIRST, pace=[99.5, None])), (SECOND, rows(SECOND)))
    empty = RECORDS.schema().to_pyarrow().empty_table()
    Lake(new).replace(RECORDS, [(FIRST, empty), (SECOND, empty)])
    found = compare(old, new)
    assert [(d.table, d.column) for table in found for d in table.differences] == [(RECORDS.full_name, "(table)")]
    assert len(compare(old, new, common_tables=True)) == len(compare(old, new, ["nba_analytics"])) == 1


def test_a_table_without_contract_is_compared_as_a_whole(tmp_path: Path) -> None:
    for side, numbers in (("old", [1, 1, 2]), ("new", [1, 2, 3])):
        folder = tmp_path / side / "somewhere" / "else"
        folder.mkdir(parents=True)
        pq.write_table(pa.table({"n": numbers}), folder / "data.parquet")
    found = only(compare(tmp_path / "old", tmp_path / "new"))
    assert (found.only_old, found.only_new) == (1, 1)


def test_what_cannot_be_compared(old: Path, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="is no lake"):
        compare(old, tmp_path / "nowhere")
    with pytest.raises(BadInput, match="'nobody' is in neither"):
        compare(old, old, ["nobody"])
    new = lake(tmp_path / "new", (FIRST, rows(FIRST)))
    file = Lake(new).file(team_offense_game_summary, FIRST)
    file.write_bytes(b"half a download")
    with pytest.raises(BadInput, match=f"{NAME} cannot be compared"):
        compare(old, new)


@pytest.fixture
def nba(monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    def nba(*arguments: object) -> int:
        monkeypatch.setattr(sys, "argv", ["nba", "compare", *map(str, arguments)])
        with pytest.raises(SystemExit) as exit_:
            cli.main()
        return int(exit_.value.code or 0)

    return nba


def test_exit_codes(old: Path, tmp_path: Path, nba: Callable[..., int], capfd: pytest.CaptureFixture[str]) -> None:
    new = lake(tmp_path / "new", (FIRST, rows(FIRST, pace=[1.0, None])), (SECOND, rows(SECOND)))
    assert nba(old, old) == 0
    assert nba(old, new) == 1
    assert "pace (1)" in capfd.readouterr().out
    assert nba(old, tmp_path) == 2


def test_how_far_a_column_is_apart(old: Path, tmp_path: Path) -> None:
    """Both rows of the first date differ: by 2.5, and from unknown to known."""
    new = lake(tmp_path / "new", (FIRST, rows(FIRST, pace=[97.0, 98.0])), (SECOND, rows(SECOND)))
    assert only(compare(old, new)).changes == {"pace": Change(2, filled=1, emptied=0, mean=2.5, greatest=2.5)}
    assert only(compare(new, old)).changes["pace"].emptied == 1


def test_the_numbers_of_an_array(tmp_path: Path) -> None:
    schema = ml_feature_store_v2.schema().to_pyarrow()
    for side, values in (("old", [1.0, 2.0]), ("new", [1.0, 5.5, 3.0])):
        said = {"features": [values], "feature_names": [["one", "two", "three"]]}
        stored = pa.table({name: said.get(name, [None]) for name in schema.names}).cast(schema)
        Lake(tmp_path / side).replace(ml_feature_store_v2, [(FIRST, stored)])
    changes = only(compare(tmp_path / "old", tmp_path / "new")).changes
    assert changes == {
        "features": Change(1, 0, 0),
        "features[2] two": Change(1, 0, 0, 3.5, 3.5),
        "features[3] three": Change(1, filled=1, emptied=0),
    }


def test_a_page_of_what_changed(
    old: Path, tmp_path: Path, nba: Callable[..., int], capfd: pytest.CaptureFixture[str]
) -> None:
    new = lake(tmp_path / "new", (FIRST, rows(FIRST, pace=[97.0, None]).drop_columns(["ts_pct"])))
    assert nba(old, new, "--markdown") == 1
    assert capfd.readouterr().out.splitlines() == [
        "| table | column | rows | of them NULL before | NULL now | mean difference | greatest |",
        "| --- | --- | --- | --- | --- | --- | --- |",
        f"| {NAME} (2 rows) | (rows of the old side only) | 2 |  |  |  |  |",
        "|  | ts_pct | there → not there |  |  |  |  |",
        "|  | pace | 1 |  |  | 2.5 | 2.5 |",
    ]
