"""Queries as people type them: rows of any table, and one line for what is no query, or would write."""

from __future__ import annotations

import json
import re
from pathlib import Path

import duckdb
import pytest

from nba_assets.cli.terminal import out
from nba_assets.tables.analytics.player_game_summary import player_game_summary
from nba_assets.tables.raw import raw_table
from nba_assets_tests.cli.conftest import Nba, garble


@pytest.mark.parametrize(
    ("sql", "told"),
    [
        ("SELEC 1", "syntax error"),
        ("SELECT * FROM player_summary", "player_summary does not exist"),
        ("SELECT * FROM nba_analytics.player_game_sumary", 'Did you mean "player_game_summary"'),
        ("SELECT points FROM nba_raw.nbac_schedule", '"points" not found'),
        ("SELECT game_dat FROM nba_raw.nbac_schedule", "game_date"),
        ("SELECT 1; SELECT 2", "one SELECT"),
        ("", "one SELECT"),
        ("show tables;", "`nba tables` lists them"),
        ("DROP VIEW nba_raw.nbac_schedule", ""),
        ("CREATE TABLE t AS SELECT 1", "only reads"),
        ("COPY (SELECT 1) TO 'lake/out.parquet'", "only reads"),
        ("EXPLAIN ANALYZE COPY (SELECT 1) TO 'lake/out.parquet'", "only reads"),
        ("SET enable_external_access = true", "only reads"),
        ("FROM enable_logging(storage='file', storage_config={'path': 'lake/log'})", "which enable_logging does not"),
        ("SELECT 1 IN (FROM \"Enable_Profiling\"(save_location='lake/p.json'))", "which enable_profiling does not"),
        ("WITH a AS (FROM query('FROM ena' || 'ble_logging()')) FROM a", "which query does not"),
        ("SELECT * FROM read_text('/etc/hostname')", "/etc/hostname"),
        ("SELECT CAST('x' AS INT)", "Could not convert string 'x'"),
        ("SELECT '\udcff'", "'\\udcff' in it, which is no text"),
        ("SELECT 1\0 + 1", "'\\x00' in it, which is no text"),
    ],
)
def test_a_query_that_cannot_be_answered_is_one_line(sql: str, told: str, nba: Nba, lake: Path) -> None:
    before = sorted(lake.rglob("*"))

    code, printed, complaint = nba("query", sql)

    assert code == 2
    assert told in complaint
    assert complaint.startswith("nba: ")
    assert complaint.count("\n") == 1
    assert printed == ""
    assert sorted(lake.rglob("*")) == before


def test_too_little_memory_is_no_wrong_input(nba: Nba, lake: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NBA_MEMORY_MIB", "256")
    code, printed, complaint = nba("query", "SELECT len(list(range)) FROM range(100_000_000), nba_raw.nbac_schedule")
    assert (code, printed, complaint.count("\n")) == (1, "", 1)
    assert "Out of Memory" in complaint
    assert "NBA_MEMORY_MIB says how much" in complaint


def test_a_lake_whose_name_is_no_text_is_refused(nba: Nba, tmp_path: Path) -> None:
    """As one that was made in Latin 1; DuckDB takes no such path."""
    (tmp_path / "M\udce4rz").mkdir()
    code, _, complaint = nba("query", "SELECT 1", "--lake", "M\udce4rz")
    assert (code, complaint.count("\n")) == (2, 1)
    assert complaint.startswith(r"nba: --lake: 'M\udce4rz' has bytes in it that are no text")


def test_a_limit_of_any_size(nba: Nba, lake: Path) -> None:
    sql = "SELECT 1 AS x FROM nba_raw.nbac_schedule LIMIT 1"
    assert nba("query", sql, "--limit", "1000000000000", "--format", "csv") == (0, '"x"\n1\n', "")
    code, printed, _ = nba("query", sql, "--limit", "99999999999999999999")
    assert (code, printed) == (2, "")


def test_a_query_prints_its_rows(nba: Nba, lake: Path) -> None:
    sql = "SELECT home_team_tricode AS home, count(*) AS games FROM nba_raw.nbac_schedule GROUP BY 1 ORDER BY 1"
    code, printed, complaint = nba("query", sql, "--limit", "2")

    assert (code, complaint) == (0, "")
    assert [re.findall(r"\w+", line) for line in printed.splitlines() if re.search(r"\w", line)][:3] == [
        ["home", "games"],
        ["ATL", "41"],
        ["BKN", "41"],
    ]
    assert "the first 2 rows" in printed


def test_no_value_is_cut_where_a_line_is_short(
    nba: Nba, lake: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(out, "_width", 60)
    long = "-".join(map(str, range(60)))
    _, printed, _ = nba("query", f"SELECT '{long}' AS long, now() AS at FROM range(3)", "--limit", "2")
    assert f"column:longrow1:{long}column:at" in "".join(printed.split())
    assert "the first 1 rows: there are more; --format csv has all" in printed
    assert "…" not in printed


def test_a_span_of_time_is_told_in_words(nba: Nba, lake: Path) -> None:
    """As DuckDB's own prompt has it, in every format; NULL stays NULL."""
    with duckdb.connect() as connection:
        for span in (
            "TIMESTAMP '2024-11-02 03:04:05' - TIMESTAMP '2024-11-01'",
            "INTERVAL '14 months -1 days'",
            "INTERVAL '-90 minutes 0.25 seconds'",
            "INTERVAL '0 days'",
        ):
            (expected,) = connection.execute(f"SELECT ({span})::VARCHAR").fetchone() or ()
            code, printed, _ = nba("query", f"SELECT {span} AS span, NULL::INTERVAL AS unknown", "--format", "json")
            assert (code, json.loads(printed)) == (0, [{"span": expected, "unknown": None}])


@pytest.mark.parametrize("how", ["table", "json", "markdown"])
def test_a_time_that_never_comes_is_one_line(how: str, nba: Nba, lake: Path) -> None:
    for never in ("DATE 'infinity'", "DATE '12000-01-01'", "TIMESTAMPTZ '-infinity'"):
        code, printed, told = nba("query", f"SELECT {never} AS v", "--format", how)
        assert (code, printed, told) == (
            2,
            "",
            "nba: SQL: a date or a time is of no year from 1 to 9999: cast it to VARCHAR\n",
        )


def test_a_format_for_programs_has_all_rows_and_says_when_it_has_not(nba: Nba, lake: Path) -> None:
    code, printed, complaint = nba("query", "SELECT range AS n FROM range(60)", "--format", "csv")
    assert (code, complaint) == (0, "")
    assert printed.splitlines() == ['"n"', *map(str, range(60))]
    code, printed, complaint = nba("query", "SELECT 1 AS a, 2 AS a FROM range(60)", "--json", "--limit", "2")
    assert printed == '{"a": 1, "a_2": 2}\n' * 2
    assert complaint == "the first 2 rows: there are more\n"


def test_an_answer_goes_to_a_file(nba: Nba, lake: Path) -> None:
    code, printed, _ = nba("query", "SELECT range AS n FROM range(3)", "--output", "n.jsonl")
    assert (code, printed) == (0, "")
    assert Path("n.jsonl").read_text() == '{"n": 0}\n{"n": 1}\n{"n": 2}\n'


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--format", "xml"), "'xml' is none of table, csv"),
        (("--format", "csv", "--json"), "--json is --format jsonl"),
        (("--format", "parquet"), "say --output FILE"),
        (("--format", "table", "--output", "x.txt"), "is for a terminal"),
        (("--output", "lake/nba_raw/x.csv"), "is in the lake"),
        (("--output", "no/x.csv"), "no folder no"),
    ],
)
def test_a_format_that_is_none_is_one_line(options: tuple[str, ...], told: str, nba: Nba, lake: Path) -> None:
    code, _, complaint = nba("query", "SELECT 1", *options)
    assert code == 2
    assert told in complaint
    assert complaint.count("\n") == 1


def test_tables_may_be_joined_by_the_names_of_columns(nba: Nba, lake: Path) -> None:
    """Which tables a query names is asked of DuckDB, which looks for such columns in tables that are not there yet."""
    sql = "SELECT count(*) AS n FROM nba_raw.nbac_schedule JOIN nba_raw.nbac_schedule AS again USING (game_id)"
    code, printed, complaint = nba("query", sql)
    assert (code, complaint) == (0, "")
    assert re.search(r"\b1\d{3}\b", printed)


def test_every_column_of_a_wide_table_can_be_read(nba: Nba, lake: Path) -> None:
    box = raw_table("nba_raw.nbac_gamebook_player_stats")
    assert box
    _, printed, _ = nba("query", f"SELECT * FROM {box.full_name} LIMIT 2")
    assert all(column.name in printed for column in box.columns)


def test_a_table_that_was_never_built_is_empty(nba: Nba, lake: Path) -> None:
    code, printed, _ = nba("query", f"SELECT count(*) AS n FROM {player_game_summary.full_name}")
    assert code == 0
    assert re.search(r"\b0\b", printed)


def test_a_lake_may_lie_anywhere(nba: Nba, lake: Path) -> None:
    moved = lake.rename(lake.with_name("o'brien's lake"))
    code, printed, _ = nba("query", "SELECT count(*) AS n FROM nba_raw.nbac_schedule", "--lake", str(moved))
    assert code == 0
    assert "1230" in printed


def test_a_damaged_file_is_told_in_one_line(nba: Nba, lake: Path) -> None:
    garble(lake, "odds_api_game_lines", "2024-10-22")
    code, _, complaint = nba("query", "SELECT count(*) FROM nba_raw.odds_api_game_lines")
    assert code == 2
    assert complaint.startswith("nba: ")
    assert "odds_api_game_lines" in complaint
    assert complaint.count("\n") == 1


def test_a_damaged_file_is_no_matter_to_other_tables(nba: Nba, lake: Path) -> None:
    garble(lake, "odds_api_game_lines", "2024-10-22")
    code, printed, _ = nba("query", "SELECT count(*) AS n FROM nba_raw.nbac_schedule")
    assert code == 0
    assert "1230" in printed
