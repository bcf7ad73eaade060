"""What there is to read, at the prompt: tables with their dates, columns with example and share of NULL."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from nba_assets.cli.rows import print_as_json
from nba_assets.readers.catalog import find, readable
from nba_assets.tables.registry import every_table
from nba_assets_tests.cli.conftest import Nba
from nba_assets_tests.cli.test_json import parsed
from nba_assets_tests.readers.small_lake import SCRIPT, small_lake


@pytest.fixture(autouse=True)
def small(tmp_path: Path) -> Iterator[None]:
    small_lake(tmp_path / "lake")
    yield
    print_as_json(False)


def test_every_table_and_view_is_listed(nba: Nba) -> None:
    code, printed, complaint = nba("tables", "--json")
    assert (code, complaint) == (0, "")
    assert parsed(printed) == {"stored": len(readable())}
    found = {row["table"]: row for row in map(json.loads, printed.splitlines())}
    summary = found["nba_analytics.player_game_summary"]
    assert (summary["partitions"], summary["first"], summary["last"]) == (1, "2024-11-01", "2024-11-01")
    assert summary["a_row_is"].startswith("One player in one game: box score,")
    assert found["nba_raw.nbac_team_boxscore"]["a_row_is"] == "A team's official totals in one game: two rows a game."
    assert found["nba_static.team_locations"]["partitions"] is None
    assert found["nba_predictions.ml_feature_store_v2_wide"]["partitions"] == 2


def test_a_table_is_described(nba: Nba) -> None:
    code, printed, complaint = nba("describe", "player_game_summary", "--json")
    assert (code, complaint) == (0, "")
    columns = find("player_game_summary").columns
    assert parsed(printed) == {"described": 1, "column": len(columns)}
    table, *found = map(json.loads, printed.splitlines())
    assert (table["rows_looked_at"], table["key"]) == (2, ["game_id", "player_lookup"])
    assert "nba_conformed.games: same day" in table["reads"]
    by_name = {row["column"]: row for row in found}
    assert (by_name["points"]["example"], by_name["points"]["null_share"]) == (7, 0.5)
    assert by_name["ts_pct"] | {"kind": "", "meaning": ""} == {
        "kind": "",
        "column": "ts_pct",
        "type": "DECIMAL(5,3)",
        "unit": "0-1",
        "meaning": "",
        "null_share": 0.5,
        "example": 0.5,
    }


def test_people_are_shown_it_as_it_is(nba: Nba) -> None:
    code, printed, _ = nba("describe", "nba_analytics.player_game_summary")
    assert code == 0
    assert SCRIPT in printed
    assert "50.0%" in printed


def test_what_is_not_built_has_columns_all_the_same(nba: Nba) -> None:
    code, printed, _ = nba("describe", "player_daily_cache", "--json")
    assert code == 0
    table, *found = map(json.loads, printed.splitlines())
    assert (table["partitions"], table["rows_looked_at"], table["first"]) == (0, 0, None)
    assert {row["null_share"] for row in found} == {None}


def test_changes_are_of_every_table_unless_some_are_named(nba: Nba, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[list[str]] = []
    noted = lambda _, of, since: asked.append([table.name for table in of]) or []  # noqa: E731
    monkeypatch.setattr("nba_assets.orchestration.changes.rewritten", noted)
    for named in ([], ["--tables", "games"]):
        code, printed, complaint = nba("changes", "--since", "2024-11-15T06:00", *named)
        assert (code, complaint) == (0, "")
        assert printed.endswith("nothing was rewritten since 2024-11-15 06:00 ET\n")
    assert asked == [[table.name for table in every_table()], ["games"]]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("describe", "player_summary"), "no table called 'player_summary', perhaps player_game_summary"),
        (("tables", "--group", "silver"), "'silver' is none of analytics"),
        (("tables", "--lake", "nowhere"), "the lake nowhere is empty"),
        (("changes", "--since", "noon"), "'noon' is no moment"),
        (("changes", "--since", "today", "--tables", "x"), "no table called 'x'"),
    ],
)
def test_what_is_wrong_is_one_line(arguments: tuple[str, ...], told: str, nba: Nba) -> None:
    code, printed, complaint = nba(*arguments)
    assert (code, printed) == (2, "")
    assert told in complaint
    assert complaint.count("\n") == 1


@pytest.mark.slow
def test_a_catalog_is_written(nba: Nba) -> None:
    code, printed, complaint = nba("catalog", "--json")
    assert code == 0
    assert parsed(printed) == {"view": len(readable())}
    assert complaint == "nba.duckdb: open it read-only, as others may\n"
    assert Path("nba.duckdb").stat().st_size < 5_000_000
