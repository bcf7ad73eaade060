"""Which games stood in the schedule, and since when until when: kept while deliveries replace each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nba_assets.warehouse.ingest import ingest
from nba_assets.warehouse.lake import Lake
from nba_assets_tests.warehouse.deliveries import SCHEDULE, contents, deliver, game, stored

EDITIONS = "nba_raw.nbac_schedule_editions"
ONE, TWO, THREE = "0022100001", "0022100002", "0022100003"


def on(day: int) -> date:
    return date(2022, 1, day)


def read_on(day: int) -> datetime:
    return datetime(2022, 1, day, 9, tzinfo=UTC)


@dataclass
class Deliveries:
    """Schedules into a lake, one after the other: dates of games by their ids, read on a day."""

    folder: Path
    lake: Lake
    number: int = field(default=0)

    def __call__(self, read: int, games: dict[str, int], **given: Any) -> None:
        self.number += 1
        directory = self.folder / str(self.number)
        rows = [game(nba_id, on(day), processed_at=read_on(read), **given) for nba_id, day in games.items()]
        deliver(directory, SCHEDULE, rows)
        ingest(directory, self.lake)

    def kept(self) -> list[tuple[str, int, int, int | None, int | None]]:
        """Game, date, first seen, last seen, withdrawn: days of January."""
        names = ("game_date", "first_seen", "last_seen", "withdrawn_at")
        return [(row["game_id"], *(row[n] and row[n].day for n in names)) for row in stored(self.lake, EDITIONS)]


@pytest.fixture
def deliveries(tmp_path: Path) -> Deliveries:
    return Deliveries(tmp_path / "deliveries", Lake(tmp_path / "lake"))


def test_a_moved_game_is_kept_as_it_was_announced(deliveries: Deliveries) -> None:
    deliveries(1, {ONE: 10, TWO: 11})
    deliveries(3, {ONE: 10, TWO: 11})
    deliveries(5, {ONE: 10, TWO: 20, THREE: 21})
    assert deliveries.kept() == [
        (ONE, 10, 1, None, None),
        (TWO, 11, 1, 3, 5),
        (TWO, 20, 5, None, None),
        (THREE, 21, 5, None, None),
    ]


def test_the_schedule_of_a_lake_that_kept_none_is_the_first_edition(deliveries: Deliveries) -> None:
    deliveries(1, {ONE: 10})
    (file,) = deliveries.lake.root.glob("nba_raw/nbac_schedule_editions/*.parquet")
    file.unlink()
    deliveries(5, {ONE: 12})
    assert deliveries.kept() == [(ONE, 10, 1, 1, 5), (ONE, 12, 5, None, None)]


def test_the_same_again_and_something_older_change_nothing(deliveries: Deliveries) -> None:
    deliveries(1, {ONE: 10})
    deliveries(5, {ONE: 12})
    before = contents(deliveries.lake)
    deliveries(5, {ONE: 12})
    assert contents(deliveries.lake) == before
    kept = deliveries.kept()
    deliveries(3, {ONE: 11})
    assert deliveries.kept() == kept


def test_what_lies_between_an_older_edition_and_the_newest_is_no_news(deliveries: Deliveries) -> None:
    """The lake then holds an old one, beside which the next would be new."""
    deliveries(1, {ONE: 10})
    deliveries(5, {ONE: 12})
    kept = deliveries.kept()
    deliveries(1, {ONE: 10})
    deliveries(3, {ONE: 11})
    assert deliveries.kept() == kept == [(ONE, 10, 1, 1, 5), (ONE, 12, 5, None, None)]


def test_a_delivery_corrected_at_once_never_stood(deliveries: Deliveries) -> None:
    deliveries(1, {ONE: 10})
    deliveries(5, {ONE: 12})
    deliveries(5, {ONE: 13})
    assert deliveries.kept() == [(ONE, 10, 1, 1, 5), (ONE, 13, 5, None, None)]


def test_scores_and_status_are_no_news(deliveries: Deliveries) -> None:
    deliveries(1, {ONE: 10})
    deliveries(12, {ONE: 10}, game_status=3, home_team_score=100, away_team_score=90)
    assert deliveries.kept() == [(ONE, 10, 1, None, None)]


def test_another_seasons_editions_stay(deliveries: Deliveries, tmp_path: Path) -> None:
    deliveries(1, {ONE: 10})
    later = game("0022200001", date(2022, 11, 1)) | {"season_year": 2022, "processed_at": read_on(20)}
    deliver(tmp_path / "later", SCHEDULE, [later])
    ingest(tmp_path / "later", deliveries.lake)
    assert [kept[0] for kept in deliveries.kept()] == [ONE, "0022200001"]


@settings(max_examples=7, deadline=None)
@given(calendars=st.lists(st.dictionaries(st.sampled_from([ONE, TWO, THREE]), st.integers(10, 14)), max_size=5))
def test_each_edition_can_be_told_from_what_is_kept(
    calendars: Sequence[dict[str, int]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """At any moment exactly the games of the newest edition before it stand."""
    folder = tmp_path_factory.mktemp("editions")
    deliveries = Deliveries(folder / "deliveries", Lake(folder / "lake"))
    given = [calendar for calendar in calendars if calendar]
    for read, calendar in enumerate(given, start=1):
        deliveries(read, calendar)
    kept = deliveries.kept() if given else []
    for read, calendar in enumerate(given, start=1):
        standing = [(nba_id, day) for nba_id, day, first, _, gone in kept if first <= read < (gone or 99)]
        assert sorted(standing) == sorted(calendar.items())
    assert all((last is None) == (gone is None) for *_, last, gone in kept)
