"""What becomes of delivered files: stored by date, replaced and not repeated, or kept out."""

from __future__ import annotations

import errno
import os
import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nba_assets.contracts.calendar import Window, season_year, today
from nba_assets.contracts.contract import Contract, RawTable
from nba_assets.contracts.errors import GaveWay
from nba_assets.warehouse import ingest as ingest_module
from nba_assets.warehouse import season_files
from nba_assets.warehouse.duckdb import DuckDBWarehouse
from nba_assets.warehouse.ingest import Ingested, ingest
from nba_assets.warehouse.lake import LOOSE, Lake
from nba_assets_tests.build import ingested_in
from nba_assets_tests.shared import BOTH_SEASONS, needs_shared
from nba_assets_tests.warehouse.deliveries import (
    ARROW,
    BOXES,
    DAY,
    REGISTRY,
    SCHEDULE,
    box,
    contents,
    contract,
    deliver,
    game,
    refused,
    row,
    stored,
)

# ------------------------------------------------------------------------------------------------ what is stored


def test_rows_are_stored_by_date_and_in_the_order_of_their_key(delivery: Path, lake: Lake) -> None:
    first, second = date(2022, 1, 5), date(2022, 1, 7)
    deliver(delivery, BOXES, [box("b", second), box("c", first), box("a", first)])

    (told,) = ingest(delivery, lake)

    assert lake.dates(contract(BOXES)) == [first, second]
    assert [r["player_lookup"] for r in stored(lake, BOXES)] == ["a", "c", "b"]
    assert told == Ingested(contract(BOXES), 1, 3, 3, {}, Window(first, second), told.seconds, {first: 2, second: 1})


@pytest.mark.parametrize("name", [SCHEDULE, BOXES, REGISTRY, "nba_raw.odds_api_game_lines"])
def test_stored_types_are_the_contracts_whatever_the_file_was(name: str, delivery: Path, tmp_path: Path) -> None:
    lakes = [Lake(tmp_path / suffix) for suffix in ("csv", "parquet")]
    for lake in lakes:
        deliver(tmp_path / f"as_{lake.root.name}", name, [row(name)], f"a.{lake.root.name}")
        ingest(tmp_path / f"as_{lake.root.name}", lake)
        (file,) = lake.files(contract(name), None)
        schema = pq.read_schema(file)
        assert {f.name: f.type for f in schema} == {c.name: ARROW[c.type] for c in contract(name).columns}
    assert contents(lakes[0]) == contents(lakes[1])


def test_values_that_mean_the_same_are_the_same(delivery: Path, lake: Lake) -> None:
    """What pandas makes of a count that can be missing, and of a date; text keeps its leading zero."""
    given = {"points": "38.0", "game_date": "2022-01-05 00:00:00", "minutes": "07", "is_postseason": "true"}
    deliver(delivery, BOXES, [box("a") | given], "a.csv")
    ingest(delivery, lake)
    (found,) = stored(lake, BOXES)
    assert (found["points"], found["game_date"], found["minutes"]) == (38, date(2022, 1, 5), "07")
    assert found["is_postseason"] is True
    assert found["assists"] is None


def test_an_extra_column_is_left_out(delivery: Path, lake: Lake) -> None:
    deliver(delivery, BOXES, [box("a") | {"note": "new"}], "a.csv")
    ingest(delivery, lake)
    assert "note" not in stored(lake, BOXES)[0]


def test_a_path_is_not_a_pattern_and_says_nothing_of_columns(tmp_path: Path, lake: Lake) -> None:
    odd = tmp_path / "player_lookup=it's[1]*"
    deliver(odd, BOXES, [box("a")], "[2022-01-05]-BOS@MIA.csv")
    deliver(odd, BOXES, [box("b")], "[2022-01-05]-BOS@MIA.parquet")
    ingest(odd, lake)
    assert [r["player_lookup"] for r in stored(lake, BOXES)] == ["a", "b"]


# ----------------------------------------------------------------------------------------------- what is replaced


def test_ingesting_again_changes_no_byte(delivery: Path, lake: Lake) -> None:
    deliver(delivery, BOXES, [box("a"), box("b")])
    deliver(delivery, SCHEDULE, [game("0022100001", date(2022, 1, 5))], "a.csv")
    deliver(delivery, REGISTRY, [row(REGISTRY)])
    ingest(delivery, lake)
    before = contents(lake)
    ingest(delivery, lake)
    assert contents(lake) == before


def test_a_delivery_says_which_dates_are_as_they_were(tmp_path: Path, lake: Lake) -> None:
    first, second = date(2022, 1, 5), date(2022, 1, 6)

    def put(name: str, rows: list[dict[str, Any]]) -> frozenset[date]:
        folder = Path(tempfile.mkdtemp(dir=tmp_path))
        deliver(folder, name, rows)
        return ingest(folder, lake)[0].unchanged

    assert put(BOXES, [box("a", first), box("a", second)]) == frozenset()
    assert put(BOXES, [box("a", first), box("b", second)]) == {first}
    assert put(BOXES, [box("a", first), box("a", second)]) == {first}, "back to what it was is a change"

    written, ahead = datetime(2022, 1, 7, tzinfo=UTC), today() + timedelta(days=1)
    games = [game(f"002210000{n}", day) for n, day in enumerate((first, second))]
    later = game("0022600001", ahead) | {"season_year": season_year(ahead)}
    assert put(SCHEDULE, [*games, later]) == frozenset()
    again = [of | {"processed_at": written} for of in (*games, later)]
    assert put(SCHEDULE, again) == {first, second, ahead}, "whenever it was written"
    again[0] |= {"home_team_score": 99}
    assert put(SCHEDULE, again) == {second}, "who looks ahead reads the whole season"
    assert put(SCHEDULE, again[1:]) == {second}, "as it does a date that is gone"


def test_a_delivered_date_is_replaced_and_the_others_stay(tmp_path: Path, lake: Lake) -> None:
    deliver(tmp_path / "1", BOXES, [box("a", date(2022, 1, 5)), box("a", date(2022, 1, 6))])
    deliver(tmp_path / "2", BOXES, [box("b", date(2022, 1, 6))])
    ingest(tmp_path / "1", lake)
    ingest(tmp_path / "2", lake)
    assert [(r["game_date"].day, r["player_lookup"]) for r in stored(lake, BOXES)] == [(5, "a"), (6, "b")]


def test_a_moved_game_leaves_its_old_date_and_another_season_stays(tmp_path: Path, lake: Lake) -> None:
    played = game("0022100001", date(2022, 1, 5))
    next_season = game("0022200001", date(2022, 10, 18)) | {"season_year": 2022}
    deliver(tmp_path / "1", SCHEDULE, [played, game("0022100002", date(2022, 1, 6)), next_season])
    deliver(tmp_path / "2", SCHEDULE, [played, game("0022100002", date(2022, 2, 8))])
    ingest(tmp_path / "1", lake)
    (told,) = ingest(tmp_path / "2", lake)
    assert lake.dates(contract(SCHEDULE)) == [date(2022, 1, 5), date(2022, 2, 8), date(2022, 10, 18)]
    assert told.withdrawn == (date(2022, 1, 6),)
    assert told.notes == (f"{SCHEDULE} of 2022-01-06: no longer in what is delivered of the season, removed",)


def test_a_part_of_a_season_that_comes_whole_is_refused(tmp_path: Path, lake: Lake) -> None:
    """A schedule of tonight's games alone took all others away without a word."""
    days = [DAY + timedelta(days=n) for n in range(17)]
    season = [game(f"00221000{n:02}", day) for n, day in enumerate(days)]
    deliver(tmp_path / "1", SCHEDULE, season)
    ingest(tmp_path / "1", lake)
    before = contents(lake)
    deliver(tmp_path / "2", SCHEDULE, season[:8])
    deliver(tmp_path / "2", BOXES, [box("a")])
    told = refused(tmp_path / "2", lake)
    assert told.startswith(f"{SCHEDULE}: 9 of 17 dates that are stored of 2021-22 are not in this delivery")
    assert contents(lake) == before
    deliver(tmp_path / "3", SCHEDULE, season[:9])
    assert len(ingest(tmp_path / "3", lake)[0].withdrawn) == 8


def test_reference_rows_are_replaced_season_by_season(tmp_path: Path, lake: Lake) -> None:
    def listed(player: str, season: str) -> dict[str, Any]:
        return row(REGISTRY, player_lookup=player, season=season)

    deliver(tmp_path / "1", REGISTRY, [listed("a", "2021-22"), listed("b", "2022-23"), listed("c", "2022-23")])
    deliver(tmp_path / "2", REGISTRY, [listed("d", "2022-23")])
    ingest(tmp_path / "1", lake)
    (told,) = ingest(tmp_path / "2", lake)
    assert [(r["player_lookup"], r["season"]) for r in stored(lake, REGISTRY)] == [("a", "2021-22"), ("d", "2022-23")]
    assert (told.rows_written, told.partitions, told.window) == (1, 1, None)


def test_the_path_of_a_lake_is_no_pattern(tmp_path: Path) -> None:
    """Of one that lies beside it rows were taken for its own."""
    lakes = [Lake(tmp_path / "lake 1"), Lake(tmp_path / "lake [1]")]
    for lake, season in zip(lakes, ("2021-22", "2022-23"), strict=True):
        deliver(tmp_path / season, REGISTRY, [row(REGISTRY, season=season)])
        deliver(tmp_path / season, SCHEDULE, [game("0022100001", DAY if season == "2021-22" else date(2022, 1, 7))])
        for _ in range(2):
            ingest(tmp_path / season, lake)
    assert [r["season"] for r in stored(lakes[1], REGISTRY)] == ["2022-23"]
    assert [r["game_date"].day for r in stored(lakes[1], "nba_raw.nbac_schedule_editions")] == [7]


@settings(max_examples=10, deadline=None)  # each delivery starts an engine
@given(st.lists(st.lists(st.integers(0, 5), min_size=1, unique=True), min_size=1, max_size=3))
def test_the_lake_holds_each_dates_last_delivery(
    tmp_path_factory: pytest.TempPathFactory, deliveries: list[list[int]]
) -> None:
    folder = tmp_path_factory.mktemp("deliveries")
    lake = Lake(folder / "lake")
    expected = {}
    for n, days in enumerate(deliveries):
        deliver(folder / str(n), BOXES, [box(f"delivery{n}", date(2022, 1, 1 + day)) for day in days])
        ingest(folder / str(n), lake)
        expected |= {date(2022, 1, 1 + day): f"delivery{n}" for day in days}
    assert {r["game_date"]: r["player_lookup"] for r in stored(lake, BOXES)} == expected
    assert len(stored(lake, BOXES)) == len(expected)


# ----------------------------------------------------------------------------------------------- what is kept out


def test_rows_that_no_table_holds_are_counted_by_reason(delivery: Path, lake: Lake) -> None:
    rows = [
        game("0012100001", date(2021, 10, 5), home_team_tricode=None),  # a foreign guest has no tricode
        game("0032100001", date(2022, 2, 20)),
        game("0042100407", date(2022, 7, 1)),  # as in the summer of 2021
        game("0021900001", date(2020, 1, 5)),
        game("0022100002", date(2022, 1, 5)),
    ]
    deliver(delivery, SCHEDULE, rows)
    (told,) = ingest(delivery, lake)
    assert told.rejected == {"pre-season or All-Star": 2, "before the first season": 1}
    assert (told.rows_in, told.rows_written, told.partitions) == (5, 2, 2)


def test_the_vendors_number_of_a_pre_season_game_is_known(delivery: Path, lake: Lake) -> None:
    name = "nba_raw.bigdataball_play_by_play"
    rows = [row(name, event_id="1", bdb_game_id=12100001), row(name, event_id="2", bdb_game_id=22100001)]
    deliver(delivery, name, rows)
    (told,) = ingest(delivery, lake)
    assert told.rejected == {"pre-season or All-Star": 1}


def test_nothing_to_write_is_no_error(delivery: Path, lake: Lake) -> None:
    deliver(delivery, SCHEDULE, [game("0012100001", date(2021, 10, 5))])
    (told,) = ingest(delivery, lake)
    assert (told.rows_written, told.partitions, told.window) == (0, 0, None)


# ------------------------------------------------------------------------------------------------ what is told


def test_what_is_left_aside_is_said(delivery: Path, lake: Lake) -> None:
    path = deliver(delivery, BOXES, [box("a")])
    (path.parent / "b.csv.bz2").write_bytes(b"")
    (path.parent / ".DS_Store").write_bytes(b"")
    (told,) = ingest(delivery, lake)
    name = "nba_raw/bdl_player_boxscores"
    assert told.notes == (f"{name}: left aside, as no data of a kind that is read: b.csv.bz2",)


def test_folders_say_which_table_it_is(tmp_path: Path, delivery: Path, lake: Lake) -> None:
    assert refused(delivery, lake) == f"{delivery}: no such directory"
    delivery.mkdir()
    (delivery / "README.md").write_text("left alone")
    (delivery / "gaps.csv").write_text("left alone")
    assert refused(delivery, lake) == f"{delivery}: no <dataset>/<table> folder in it"
    deliver(delivery, BOXES, [box("a")])
    assert refused(delivery / "nba_raw", lake) == "bdl_player_boxscores/a.parquet: not in a <dataset>/<table> folder"
    (delivery / "nba_raw" / "nbac_schedule").mkdir()
    assert refused(delivery, lake) == "nba_raw/nbac_schedule: no .parquet or .csv file in it"
    (delivery / "nba_raw" / "nbac_schedule").rename(delivery / "nba_raw" / "weather")
    assert refused(delivery, lake) == "nba_raw/weather: there is no such raw table"


def test_no_part_of_a_delivery_is_passed_over(delivery: Path, lake: Lake) -> None:
    """Files in a folder of their own, and a link to a file that is gone, were."""
    table = deliver(delivery, BOXES, [box("a")]).parent
    deep = deliver(delivery, BOXES, [box("b")], "2022/01/b.parquet")
    told = "nba_raw/bdl_player_boxscores/2022/01/b.parquet: not in a <dataset>/<table> folder"
    assert refused(delivery, lake) == told
    deep.rename(delivery / "gone.parquet")
    (table / "c.parquet").symlink_to(delivery / "gone.parquet")
    ingest(delivery, lake)
    assert [r["player_lookup"] for r in stored(lake, BOXES)] == ["a", "b"]
    (delivery / "gone.parquet").unlink()
    assert refused(delivery, lake).startswith("nba_raw/bdl_player_boxscores/c.parquet: cannot be read: ")


@pytest.mark.parametrize("shift", [0, 1], ids=["a row is gone", "a row is of another date"])
def test_a_file_that_changes_while_it_is_read_is_told(
    shift: int, delivery: Path, lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A date would be stored without its rows, or with those of another one."""
    monkeypatch.setattr(ingest_module, "_BATCH_ROWS", 2)
    days = [DAY + timedelta(days=n) for n in range(5)]
    deliver(delivery, BOXES, [box("a", day) for day in days])

    def changed(table: RawTable, done: int, total: int) -> None:
        if done == 1:
            moved = [days[0], days[2], days[2], *days[3:]]
            deliver(delivery, BOXES, [box(f"b{n}", day) for n, day in enumerate(moved if shift else days[:2])])

    with pytest.raises(GaveWay, match=f"^{BOXES}: a file was changed while it was read: deliver it again$"):
        ingest(delivery, lake, changed)
    assert [r["player_lookup"] for r in stored(lake, BOXES)] == ["a"]


def test_of_two_deliveries_at_once_neither_is_lost(tmp_path: Path, lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows of one season go to those of the others, which are read before: both would read the same."""
    seasons = ("2021-22", "2022-23")
    for season in seasons:
        deliver(tmp_path / season, REGISTRY, [row(REGISTRY, player_lookup="a", season=season)])
    both, replaced = threading.Barrier(2), Lake.replace

    def together(lake: Lake, contract: Contract, *given: Any, **options: Any) -> object:
        if contract.full_name == REGISTRY:
            with suppress(threading.BrokenBarrierError):
                both.wait(1)
        return replaced(lake, contract, *given, **options)

    monkeypatch.setattr(Lake, "replace", together)
    with ThreadPoolExecutor() as threads:
        list(threads.map(lambda season: ingest(tmp_path / season, lake), seasons))
    assert [r["season"] for r in stored(lake, REGISTRY)] == list(seasons)


def test_a_damaged_partition_is_mended_by_its_delivery(delivery: Path, lake: Lake) -> None:
    deliver(delivery, SCHEDULE, [game("0022100001", DAY), game("0022100002", DAY + timedelta(days=1))])
    ingest(delivery, lake)
    before = contents(lake)
    file = lake.file(contract(SCHEDULE), DAY)
    file.write_bytes(file.read_bytes()[:-20])
    ingest(delivery, lake)
    assert contents(lake) == before


@pytest.mark.parametrize(
    ("name", "damaged"), [(REGISTRY, REGISTRY), (SCHEDULE, "nba_raw.nbac_schedule_editions")], ids=["whole", "editions"]
)
def test_what_others_have_delivered_is_not_lost_with_a_damaged_file(
    name: str, damaged: str, delivery: Path, lake: Lake
) -> None:
    """Nor do the other tables of the delivery go in before it is seen."""
    deliver(delivery, name, [row(name)])
    ingest(delivery, lake)
    file = lake.file(contract(damaged), None)
    file.write_bytes(file.read_bytes()[:-20])
    deliver(delivery, BOXES, [box("a")])
    told = f"{file} is damaged, or has other columns than are declared: restore it, or remove it and deliver all of"
    assert refused(delivery, lake) == f"{told} {name} again"
    file.unlink()
    ingest(delivery, lake)
    assert len(stored(lake, name)) == len(stored(lake, BOXES)) == 1


def test_it_is_said_that_what_is_replaced_was_newer(tmp_path: Path, lake: Lake) -> None:
    days = [DAY + timedelta(days=n) for n in range(3)]
    for directory, hour in (("new", 9), ("old", 8)):
        rows = [box("a", day, processed_at=datetime(2022, 1, 9, hour, tzinfo=UTC)) for day in days[:2]]
        deliver(tmp_path / directory, BOXES, [*rows, box("a", days[2])])
    assert [told.notes for told in ingest(tmp_path / "old", lake)] == [()]
    assert [told.notes for told in ingest(tmp_path / "new", lake)] == [()]
    (told,) = ingest(tmp_path / "old", lake)
    written = "written 2022-01-09 08:00 UTC, replaces what was written 2022-01-09 09:00 UTC"
    assert told.notes == (f"{BOXES} of 2022-01-05 and 1 more dates: {written}",)


def test_a_season_file_that_cannot_be_written_is_left_out(
    tmp_path: Path, lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is a copy: the delivery is in, and what comes after it goes on."""
    days = [DAY + timedelta(days=n) for n in range(LOOSE + 1)]
    deliver(tmp_path / "d", BOXES, [box("a", day) for day in days])
    deliver(tmp_path / "d", SCHEDULE, [game("0022100002", DAY)])

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(season_files, "write", full)
    ingest(tmp_path / "d", lake)
    assert len(stored(lake, BOXES)) == len(days)
    assert len(stored(lake, SCHEDULE)) == 1


def test_progress_ends_at_all_partitions(delivery: Path, lake: Lake) -> None:
    deliver(delivery, BOXES, [box("a", date(2022, 1, day)) for day in range(1, 6)])
    told = []
    ingest(delivery, lake, lambda table, done, total: told.append((table.name, done, total)))
    assert told[-1] == ("bdl_player_boxscores", 5, 5)


@needs_shared
@pytest.mark.slow
def test_the_real_seasons(real_warehouse: DuckDBWarehouse) -> None:
    """Every row is in the lake that they were made into."""
    told = ingested_in(real_warehouse, BOTH_SEASONS)
    assert len(told) == 16
    for table, each in told.items():
        assert each["rows_in"] == each["rows_written"] > 0, table
        assert each["rejected"] == {}, table
    assert told["nbac_schedule"]["rows_written"] == 2643
    assert told["bigdataball_play_by_play"]["window"] == str(Window(date(2021, 10, 19), date(2023, 6, 12)))
