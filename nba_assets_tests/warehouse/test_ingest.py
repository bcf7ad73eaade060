"""What becomes of delivered files: stored by date, replaced and not repeated, or refused in one line."""

from __future__ import annotations

import csv
import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nba_assets.contracts.calendar import Window
from nba_assets.contracts.contract import RawTable
from nba_assets.contracts.errors import BadInput
from nba_assets.tables.raw import raw_table
from nba_assets.warehouse.ingest import Ingested, ingest
from nba_assets.warehouse.lake import Lake
from nba_assets_tests.shared import SHARED, needs_shared

SCHEDULE = "nba_raw.nbac_schedule"
BOXES = "nba_raw.bdl_player_boxscores"
REGISTRY = "nba_reference.nba_players_registry"

ARROW = {
    "STRING": pa.string(),
    "INT64": pa.int64(),
    "FLOAT64": pa.float64(),
    "BOOL": pa.bool_(),
    "DATE": pa.date32(),
    "TIMESTAMP": pa.timestamp("us", tz="UTC"),
}
FILLED = {
    "STRING": "x",
    "INT64": 1,
    "FLOAT64": 1.5,
    "BOOL": True,
    "DATE": date(2022, 1, 5),
    "TIMESTAMP": datetime(2022, 1, 6, 4, tzinfo=UTC),
}


def contract(name: str) -> RawTable:
    found = raw_table(name)
    assert found
    return found


def row(name: str, **given: Any) -> dict[str, Any]:
    """A row with its required columns filled, the others NULL, except for what is given."""
    filled = {c.name: FILLED[c.type] if c.required else None for c in contract(name).columns}
    seasons = {"season_year": 2021, "season": "2021-22"}
    return filled | {name: value for name, value in seasons.items() if filled.get(name)} | given


def game(game_id: str, day: date, **given: Any) -> dict[str, Any]:
    return row(SCHEDULE, game_id=game_id, game_date=day, season_year=2021, **given)


def box(player: str, day: date = date(2022, 1, 5), **given: Any) -> dict[str, Any]:
    return row(BOXES, game_id=f"{day:%Y%m%d}_BOS_MIA", player_lookup=player, game_date=day, **given)


def deliver(directory: Path, name: str, rows: list[dict[str, Any]], file: str = "a.parquet") -> Path:
    """Write `rows` as a delivered file of the table, with the columns that the first row has."""
    table = contract(name)
    path = directory / table.dataset / table.name / file
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".csv":
        with path.open("w", newline="") as out:
            writer = csv.DictWriter(out, rows[0])
            writer.writeheader()
            writer.writerows(rows)
    else:
        fields = [(c.name, ARROW[c.type]) for c in table.columns if c.name in rows[0]]
        pq.write_table(pa.Table.from_pylist(rows, pa.schema(fields)), path)
    return path


def stored(lake: Lake, name: str) -> list[dict[str, Any]]:
    return [row for file in lake.files(contract(name), None) for row in pq.ParquetFile(file).read().to_pylist()]


def contents(lake: Lake) -> dict[str, bytes]:
    return {str(f.relative_to(lake.root)): f.read_bytes() for f in sorted(lake.root.rglob("*")) if f.is_file()}


@pytest.fixture
def delivery(tmp_path: Path) -> Path:
    return tmp_path / "delivery"


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(tmp_path / "lake")


def refused(delivery: Path, lake: Lake, strict: bool = False) -> str:
    """The one line that the delivery is refused with; the lake has stayed as it was."""
    before = contents(lake)
    with pytest.raises(BadInput) as caught:
        ingest(delivery, lake, strict=strict)
    assert contents(lake) == before
    assert "\n" not in str(caught.value)
    return str(caught.value)


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
    ingest(tmp_path / "2", lake)
    assert lake.dates(contract(SCHEDULE)) == [date(2022, 1, 5), date(2022, 2, 8), date(2022, 10, 18)]


def test_reference_rows_are_replaced_season_by_season(tmp_path: Path, lake: Lake) -> None:
    def listed(player: str, season: str) -> dict[str, Any]:
        return row(REGISTRY, player_lookup=player, season=season)

    deliver(tmp_path / "1", REGISTRY, [listed("a", "2021-22"), listed("b", "2022-23"), listed("c", "2022-23")])
    deliver(tmp_path / "2", REGISTRY, [listed("d", "2022-23")])
    ingest(tmp_path / "1", lake)
    (told,) = ingest(tmp_path / "2", lake)
    assert [(r["player_lookup"], r["season"]) for r in stored(lake, REGISTRY)] == [("a", "2021-22"), ("d", "2022-23")]
    assert (told.rows_written, told.partitions, told.window) == (1, 1, None)


@settings(max_examples=15, deadline=None)  # each delivery starts an engine
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


# ------------------------------------------------------------------------------------------------ copies of a key

EARLY, LATE = datetime(2022, 1, 6, 4, tzinfo=UTC), datetime(2022, 1, 6, 9, tzinfo=UTC)
DAY, OTHERS = date(2022, 1, 5), "copies that contradict one another"


def kept(lake: Lake) -> list[tuple[Any, ...]]:
    """The quarantine's entries: date, reason, file, points of a row that is kept whole, rows."""
    files = sorted((lake.root / "nba_raw" / "quarantine").rglob("*.parquet"))
    entries = [entry for file in files for entry in pq.ParquetFile(file).read().to_pylist()]
    return [
        (e["day"], e["reason"], Path(e["file"]).name, e["row"] and json.loads(e["row"])["points"], e["rows"])
        for e in entries
    ]


def test_the_newest_of_a_keys_rows_is_stored(delivery: Path, lake: Lake) -> None:
    """An older copy and the same row again are counted; the same row may have been scraped from two files."""
    deliver(delivery, BOXES, [box("a", points=7, processed_at=EARLY), box("b", points=3)])
    again = box("a", points=9, processed_at=LATE)
    deliver(delivery, BOXES, [again, again | {"source_file_path": "y"}], "b.csv")

    (told,) = ingest(delivery, lake)

    assert [(r["player_lookup"], r["points"]) for r in stored(lake, BOXES)] == [("a", 9), ("b", 3)]
    assert (told.rows_in, told.rows_written, told.contradictions) == (4, 2, "")
    assert told.rejected == {"identical copies": 1, "older copies": 1}
    assert kept(lake) == [(DAY, "identical copies", "b.csv", "", 1), (DAY, "older copies", "a.parquet", "", 1)]


def test_rows_that_contradict_one_another_are_quarantined(delivery: Path, lake: Lake, tmp_path: Path) -> None:
    """Neither of them is stored, all else is; a date that comes again takes its entries with it."""
    older = box("a", points=5, processed_at=EARLY - timedelta(hours=1))
    deliver(delivery, BOXES, [box("a", points=7), box("b", points=3), older])
    deliver(delivery, BOXES, [box("a", points=8), box("c", date(2022, 1, 7))], "b.csv")

    (told,) = ingest(delivery, lake)

    assert [r["player_lookup"] for r in stored(lake, BOXES)] == ["b", "c"]
    assert told.contradictions == (
        "nba_raw.bdl_player_boxscores: 2 rows of 1 keys contradict one another and are in nba_raw.quarantine: "
        "(game_id, player_lookup) '20220105_BOS_MIA/a'"
    )
    whole = [(DAY, OTHERS, "a.parquet", 7, 1), (DAY, OTHERS, "b.csv", 8, 1)]
    assert kept(lake) == [*whole, (DAY, "older copies", "a.parquet", "", 1)]
    before = contents(lake)
    ingest(delivery, lake)
    assert contents(lake) == before

    deliver(tmp_path / "mended", BOXES, [box("a", points=7)])
    ingest(tmp_path / "mended", lake)
    assert kept(lake) == []


def test_a_table_stored_whole_has_contradictions_too(delivery: Path, lake: Lake) -> None:
    """A row without a time of writing is older than one that has one, and as new as another without."""
    a, b = row(REGISTRY, player_lookup="a"), row(REGISTRY, player_lookup="b")
    deliver(delivery, REGISTRY, [a, a | {"position": "C", "processed_at": LATE}, b, b | {"position": "PG"}])
    (told,) = ingest(delivery, lake)
    assert [(r["player_lookup"], r["position"]) for r in stored(lake, REGISTRY)] == [("a", "C")]
    assert "'b/x/2021-22'" in told.contradictions


# -------------------------------------------------------------------------------------------------- what is mended


def test_game_ids_get_their_zeros_back(delivery: Path, lake: Lake) -> None:
    given = ["22100001", "22100003.0", "022100004", "0022100002"]
    deliver(delivery, SCHEDULE, [game(each, DAY) for each in given], "a.csv")
    path = deliver(delivery, SCHEDULE, [game("x", DAY)])
    rows = pq.ParquetFile(path).read()
    pq.write_table(rows.set_column(0, "game_id", pa.array([22100005])), path)

    (told,) = ingest(delivery, lake)

    assert told.notes == (f"{SCHEDULE}: 4 rows with game ids without their leading zeros, repaired",)
    assert [r["game_id"] for r in stored(lake, SCHEDULE)] == [f"002210000{n}" for n in range(1, 6)]
    part = lake.root / "nba_raw" / "quarantine" / f"table_name={SCHEDULE}" / f"day={DAY}" / "data.parquet"
    entries = pq.ParquetFile(part).read().to_pylist()
    reason = "game ids without their leading zeros, repaired"
    assert [(entry["reason"], entry["rows"]) for entry in entries] == [(reason, 3), (reason, 1)]


def test_other_vendors_ids_are_left_alone(delivery: Path, lake: Lake) -> None:
    name, ids = "nba_raw.odds_api_game_lines", ["12345678901234567890123456789012", "20220105_BOS_MIA"]
    deliver(delivery, name, [row(name, game_id=each) for each in ids])
    ingest(delivery, lake)
    assert [r["game_id"] for r in stored(lake, name)] == ids


COMPRESSIONS = {"a.csv": "none", "a.csv.gz": "gzip", "A.CSV.ZST": "zstd"}


@pytest.mark.parametrize("file", ["a.parquet", *COMPRESSIONS])
def test_files_of_all_formats_with_names_in_any_case(file: str, tmp_path: Path, lake: Lake) -> None:
    """And with columns that are called like ours."""
    plain = deliver(
        tmp_path / "plain", BOXES, [box("a", points=7)], f"a.{'csv' if file in COMPRESSIONS else 'parquet'}"
    )
    path = tmp_path / "delivery" / "nba_raw" / "bdl_player_boxscores" / file
    path.parent.mkdir(parents=True)
    columns = ", ".join(f'"{name}" AS "{name.upper()}"' for name in box("a"))
    form = f"FORMAT csv, HEADER, COMPRESSION {COMPRESSIONS[file]}" if file in COMPRESSIONS else "FORMAT parquet"
    with duckdb.connect() as con:
        con.execute(
            f"COPY (SELECT {columns}, 1 AS _file, 2 AS filename, 3 AS _rejected, 4 AS _repaired FROM '{plain}')"
            f" TO '{path}' ({form})"
        )
    (told,) = ingest(tmp_path / "delivery", lake)
    assert stored(lake, BOXES) == [box("a", points=7)]
    name = f"nba_raw/bdl_player_boxscores/{file}"
    assert told.notes == (f"{name}: {len(box('a'))} column names without regard to case, such as GAME_ID",)


# ------------------------------------------------------------------------------------------------ what is refused

FILE = "nba_raw/bdl_player_boxscores/a.csv"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"points": "many"}, f"{FILE}: column points is INT64, but holds 'many'"),
        ({"points": "38.5"}, f"{FILE}: column points is INT64, but holds '38.5'"),
        ({"is_postseason": "2"}, f"{FILE}: column is_postseason is BOOL, but holds '2'"),
        ({"processed_at": "noon"}, f"{FILE}: column processed_at is TIMESTAMP, but holds 'noon'"),
        ({"game_date": "5 Jan"}, f"{FILE}: column game_date is DATE, but holds '5 Jan'"),
        ({"game_date": "2022-01-05 19:30"}, f"{FILE}: column game_date is DATE, but holds '2022-01-05 19:30'"),
        (
            {"game_date": None},
            f"{FILE}: column game_date must not be empty, but is where (game_id, player_lookup) is "
            "'20220105_BOS_MIA/b'",
        ),
        (
            {"player_lookup": None},
            f"{FILE}: column player_lookup must not be empty, but is where (game_id, player_lookup) is "
            "'20220105_BOS_MIA/NULL'",
        ),
        (
            {"season_year": 2022},
            f"{FILE}: column season_year is the year the season starts in, 2021 for 2022-01-05, but holds 2022",
        ),
        (
            {"game_id": "2.21E+07"},
            f"{FILE}: column game_id is a game's id with its leading zeros, but holds '2.21E+07'",
        ),
    ],
)
def test_a_wrong_value_is_refused(change: dict[str, Any], message: str, delivery: Path, lake: Lake) -> None:
    deliver(delivery, BOXES, [box("a"), box("b") | change], "a.csv")
    assert refused(delivery, lake) == message


def test_a_season_that_nobody_will_find_is_refused(delivery: Path, lake: Lake) -> None:
    """Where there is no date to tell it by."""
    deliver(delivery, REGISTRY, [row(REGISTRY, season="2022")], "a.csv")
    told = "nba_reference/nba_players_registry/a.csv: column season is written as 2021-22, but holds '2022'"
    assert refused(delivery, lake) == told


def test_no_more_than_three_values_are_named(delivery: Path, lake: Lake) -> None:
    deliver(delivery, BOXES, [box(f"p{n}", points=f"no{n}") for n in range(5)], "a.csv")
    assert refused(delivery, lake).endswith("but holds 'no0', 'no1', 'no2'")


def test_a_missing_column_is_refused(delivery: Path, lake: Lake) -> None:
    rows = [{name: value for name, value in box("a").items() if name not in ("minutes", "points")}]
    deliver(delivery, BOXES, rows)
    assert refused(delivery, lake) == "nba_raw/bdl_player_boxscores/a.parquet: column minutes, points is missing"


def test_a_number_where_text_belongs_has_lost_its_zeros(delivery: Path, lake: Lake) -> None:
    path = deliver(delivery, BOXES, [box("a")])
    rows = pq.ParquetFile(path).read()
    place = rows.column_names.index("minutes")
    pq.write_table(rows.set_column(place, "minutes", pa.array([7])), path)
    assert refused(delivery, lake).endswith("a.parquet: column minutes is STRING, but holds '7'")


def test_a_column_without_values_may_have_any_type(delivery: Path, lake: Lake) -> None:
    path = deliver(delivery, BOXES, [box("a")])
    rows = pq.ParquetFile(path).read()
    place = rows.column_names.index("minutes")
    pq.write_table(rows.set_column(place, "minutes", pa.nulls(1)), path)
    ingest(delivery, lake)
    assert stored(lake, BOXES)[0]["minutes"] is None


def test_not_a_number_is_no_measurement(delivery: Path, lake: Lake) -> None:
    name = "nba_raw.odds_api_game_lines"
    deliver(delivery, name, [row(name, outcome_point=float("nan"))])
    assert refused(delivery, lake).endswith("column outcome_point is FLOAT64, but holds 'nan'")


def test_who_is_strict_refuses_a_key_in_two_files(delivery: Path, lake: Lake) -> None:
    deliver(delivery, BOXES, [box("a")], "a.csv")
    deliver(delivery, BOXES, [box("a")], "b.parquet")
    files = "nba_raw/bdl_player_boxscores/a.csv and nba_raw/bdl_player_boxscores/b.parquet"
    told = f"{files}: key (game_id, player_lookup) is not unique: '20220105_BOS_MIA/a'"
    assert refused(delivery, lake, strict=True) == told


@pytest.mark.parametrize("file", ["a.parquet", "a.csv"])
def test_an_unreadable_file_is_refused(file: str, delivery: Path, lake: Lake) -> None:
    deliver(delivery, BOXES, [box("a")], file).write_bytes(b"PAR1 half a file")
    assert refused(delivery, lake).startswith(f"nba_raw/bdl_player_boxscores/{file}: c")


def test_one_bad_table_keeps_the_good_ones_out_too(delivery: Path, lake: Lake) -> None:
    deliver(delivery, BOXES, [box("a")])
    deliver(delivery, SCHEDULE, [game("0022100001", date(2022, 1, 5)) | {"game_status": "live"}], "a.csv")
    assert refused(delivery, lake).startswith("nba_raw/nbac_schedule/a.csv")
    assert contents(lake) == {}


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


def test_progress_ends_at_all_partitions(delivery: Path, lake: Lake) -> None:
    deliver(delivery, BOXES, [box("a", date(2022, 1, day)) for day in range(1, 6)])
    told = []
    ingest(delivery, lake, lambda table, done, total: told.append((table.name, done, total)))
    assert told[-1] == ("bdl_player_boxscores", 5, 5)


@needs_shared
@pytest.mark.slow
def test_the_real_seasons(lake: Lake) -> None:
    told = {each.contract.name: each for each in ingest(SHARED / "raw", lake)}
    assert len(told) == 16
    assert sum(each.rows_in for each in told.values()) == sum(each.rows_written for each in told.values())
    assert told["nbac_schedule"].rows_written == 2643
    assert told["bigdataball_play_by_play"].window == Window(date(2021, 10, 19), date(2023, 6, 12))
