"""What becomes of delivered rows that share a key."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from nba_assets.warehouse.ingest import ingest
from nba_assets.warehouse.lake import Lake
from nba_assets_tests.warehouse.deliveries import (
    BOXES,
    DAY,
    REGISTRY,
    box,
    contents,
    deliver,
    refused,
    row,
    stored,
)

EARLY, LATE = datetime(2022, 1, 6, 4, tzinfo=UTC), datetime(2022, 1, 6, 9, tzinfo=UTC)
REPORT = "nba_raw.nbac_injury_report"
OTHERS = "copies that contradict one another"


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


def test_an_hour_of_the_injury_report_may_have_several_editions(delivery: Path, lake: Lake) -> None:
    """Told apart by their own times: the one that was out by the tip stays beside those that came after it."""
    edition = {"player_lookup": "a", "report_hour": 17, "processed_at": EARLY}
    timed = [row(REPORT, **edition, scrape_time=f"17:{minute}", injury_status="out") for minute in (15, 45)]
    untimed = [row(REPORT, **edition, injury_status=said) for said in ("out", "probable")]
    later = untimed[1] | {"processed_at": LATE}
    deliver(delivery, REPORT, [*timed, untimed[0], later])

    (told,) = ingest(delivery, lake)

    found = [(r["scrape_time"], r["injury_status"]) for r in stored(lake, REPORT)]
    assert found == [("17:15", "out"), ("17:45", "out"), (None, "probable")]
    assert told.rejected == {"older copies": 1}


def test_a_table_stored_whole_has_contradictions_too(delivery: Path, lake: Lake) -> None:
    """A row without a time of writing is older than one that has one, and as new as another without."""
    a, b = row(REGISTRY, player_lookup="a"), row(REGISTRY, player_lookup="b")
    deliver(delivery, REGISTRY, [a, a | {"position": "C", "processed_at": LATE}, b, b | {"position": "PG"}])
    (told,) = ingest(delivery, lake)
    assert [(r["player_lookup"], r["position"]) for r in stored(lake, REGISTRY)] == [("a", "C")]
    assert "'b/x/2021-22'" in told.contradictions


def test_a_row_stays_in_quarantine_until_its_season_comes_again(tmp_path: Path, lake: Lake) -> None:
    seasons = ("2021-22", "2022-23", "2021-22")
    found = []
    for n, season in enumerate(seasons):
        given = [row(REGISTRY, season=season)]
        deliver(tmp_path / str(n), REGISTRY, given if n else [*given, given[0] | {"position": "PG"}])
        ingest(tmp_path / str(n), lake)
        files = (lake.root / "nba_raw" / "quarantine").rglob("*.parquet")
        entries = [entry for file in files for entry in pq.ParquetFile(file).read().to_pylist()]
        found.append([(e["reason"], json.loads(e["row"])["season"]) for e in entries])
    assert found == [[(OTHERS, "2021-22")] * 2, [(OTHERS, "2021-22")] * 2, []]


def test_who_is_strict_refuses_a_key_in_two_files(delivery: Path, lake: Lake) -> None:
    deliver(delivery, BOXES, [box("a")], "a.csv")
    deliver(delivery, BOXES, [box("a")], "b.parquet")
    files = "nba_raw/bdl_player_boxscores/a.csv and nba_raw/bdl_player_boxscores/b.parquet"
    told = f"{files}: key (game_id, player_lookup) is not unique: '20220105_BOS_MIA/a'"
    assert refused(delivery, lake, strict=True) == told
