"""Reading a message: what is taken, what is malformed and why, and that ours can be read by ourselves."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest

from nba_assets.orchestration.events.messages import MOST_BYTES, Malformed, Sent, parse
from nba_assets.tables.raw import raw_table
from nba_assets_tests.orchestration.events.day import DAY, line, the_day
from nba_assets_tests.shared import SHARED

EVENTS = SHARED / "events"
needs_events = pytest.mark.skipif(not EVENTS.is_dir(), reason=f"the recorded messages are not there: {EVENTS}")

WRONG = {
    "cut off": (line()[:90], "not JSON: "),
    "no text at all": (b"\xff\xfe\x00", "not JSON: "),
    "nested too deep": (b"[" * 100_000, "not JSON: "),
    "empty": (b"", "not JSON: "),
    "an array": (b'["BdlBoxscoresProcessor", "success"]', "a JSON list, not an object"),
    "no date": (line(game_date=None), "no game_date"),
    "nothing known": (b'{"_describe": "huge_payload"}', "no processor_name, phase, execution_id, correlation_id"),
    "an id that is null": (line(execution_id=None), "no execution_id"),
    "a date that is none": (line(game_date="2021-13-45"), "game_date '2021-13-45' is no date"),
    "a date that is a number": (line(game_date=20211115), "game_date is no text: 20211115"),
    "a date before all": (line(day=date(2021, 10, 18)), "game_date 2021-10-18 has no partition"),
    "an unknown table": (line("nbac_shot_chart_detail"), "no daily raw table called 'nba_raw.nbac_shot_chart_detail'"),
    "one of our tables": (line("nba_analytics.player_game_summary"), "no daily raw table called"),
    "a table without dates": (line("nba_players_registry", output_dataset="nba_reference"), "no daily raw table"),
    "no table": (line(output_table=None), "output_table and output_dataset are no text"),
    "a dataset that is a list": (line(output_dataset=["nba_raw"]), "output_table and output_dataset are no text"),
    "a status of its own": (line(status="finished"), "status 'finished' is none of success, partial, no_data, failed"),
    "a status that is a list": (line(status=["success"]), "status is no text: ['success']"),
    "rows in words": (line(record_count="three hundred"), "record_count 'three hundred' is no whole number"),
    "rows below zero": (line(record_count=-1), "record_count -1 is no whole number"),
    "rows that are true": (line(record_count=True), "record_count True is no whole number"),
    "half a row": (line(record_count=0.5), "record_count 0.5 is no whole number"),
    "another way to write times": (line(timestamp="16/11/2021 01:12"), "timestamp '16/11/2021 01:12' is not ISO 8601"),
    "a time as Go writes none": (line(timestamp="0001-01-01T00:00:00Z"), "01-01T00:00:00Z' is of no time that was"),
    "a time after all": (line(timestamp="9999-12-31T23:59:59-14:00"), "is of no time that was"),
    "an empty id": (line(execution_id=""), "execution_id '' is no id"),
    "an id that no database stores": (line(correlation_id="a\x00b"), "correlation_id 'a\\x00b' is no id"),
    "half a character": (line(execution_id="\ud800"), "execution_id '\\ud800' is no id"),
    "an id that goes on and on": (line(correlation_id="x" * 5000), "correlation_id 'xxxx"),
    "a megabyte": (line(metadata={"padding": "x" * 2**20}), "; a message has at most 262144"),
}


@pytest.mark.parametrize(("data", "reason"), WRONG.values(), ids=WRONG.keys())
def test_a_malformed_message_says_why_in_one_short_line(data: bytes, reason: str) -> None:
    with pytest.raises(Malformed) as refused:
        parse(data)
    said = str(refused.value)
    assert reason in said
    assert len(said.splitlines()) == 1
    assert len(said) < 300


@needs_events
def test_each_line_of_the_malformed_ones_has_its_reason() -> None:
    reasons = []
    for data in (EVENTS / "malformed.jsonl").read_bytes().splitlines():
        with pytest.raises(Malformed) as refused:
            parse(data)
        reasons.append(str(refused.value))
    assert [reason.split(":")[0] for reason in reasons] == [
        "not JSON",
        "no game_date",
        "game_date '2021-13-45' is no date",
        "no daily raw table called 'nba_raw.nbac_shot_chart_detail'",
        "no execution_id",
        "no processor_name, phase, execution_id, correlation_id, game_date, status, timestamp",
        "a JSON list, not an object",
        "status 'finished' is none of success, partial, no_data, failed",
    ]


@needs_events
def test_the_recorded_day_made_as_big_as_described_is_refused() -> None:
    """Line 6 of the malformed ones describes it: line 7 of the day, with a megabyte of padding."""
    seventh = json.loads((EVENTS / "2021-11-15.jsonl").read_text().splitlines()[6])
    seventh["metadata"]["padding"] = "x" * 1_048_576
    with pytest.raises(Malformed, match="bytes; a message has at most"):
        parse(json.dumps(seventh).encode())


def test_a_message_as_big_as_can_be_is_taken() -> None:
    data = line(metadata={"padding": "x" * (MOST_BYTES - len(line()) - 100)})
    assert parse(data + b" " * (MOST_BYTES - len(data))).execution_id == "e1"


def test_what_a_message_says() -> None:
    said = parse(line("nbac_injury_report", "bf70dec4", correlation_id="e5faf3e3", record_count=87))
    assert said.table is raw_table("nba_raw.nbac_injury_report")
    assert (said.day, said.status, said.record_count) == (DAY, "success", 87)
    assert (said.execution_id, said.correlation_id) == ("bf70dec4", "e5faf3e3")
    assert said.sent_at == datetime(2021, 11, 16, 6, 41, 9, 123456, UTC)


@pytest.mark.parametrize(
    "changes",
    [
        {"output_table": "nba_raw.nbac_injury_report"},
        {"output_table": "nba_raw.nbac_injury_report", "output_dataset": None},
        {"output_table": "nba_raw.nbac_injury_report", "output_dataset": "elsewhere"},
        {"output_table": "nbac_injury_report", "output_dataset": None},
        {"output_table": "nbac_injury_report", "output_dataset": ""},
    ],
    ids=str,
)
def test_the_dataset_stands_before_the_name_or_beside_it(changes: dict[str, Any]) -> None:
    assert parse(line(**changes)).table is raw_table("nba_raw.nbac_injury_report")


@pytest.mark.parametrize(
    ("status", "complete"), [("success", True), ("partial", True), ("no_data", True), ("failed", False)]
)
def test_a_date_is_complete_by_all_but_a_failure(status: str, complete: bool) -> None:
    assert parse(line(status=status)).is_complete is complete


def test_a_time_without_a_zone_is_utc_and_rows_may_be_left_out() -> None:
    said = parse(line(timestamp="2021-11-16T06:41:09", record_count=None, metadata="none"))
    assert said.sent_at == datetime(2021, 11, 16, 6, 41, 9, tzinfo=UTC)
    assert said.record_count is None


@needs_events
def test_the_day_written_here_is_the_recorded_one() -> None:
    recorded = (EVENTS / "2021-11-15.jsonl").read_bytes().splitlines()
    assert [parse(data) for data in the_day()] == [parse(data) for data in recorded]


def test_what_we_send_can_be_read_and_leaves_out_what_says_nothing() -> None:
    sent = Sent(
        processor_name="nba_emit",
        phase="phase_2_raw",
        execution_id="e1",
        correlation_id="c1",
        day=DAY,
        status="success",
        record_count=0,
        trigger_source="manual",
        output_dataset="nba_raw",
        output_table="nbac_schedule",
    )
    now = datetime(2021, 11, 16, 6, 0, tzinfo=UTC)
    data = sent.as_bytes(now)
    assert json.loads(data) == {
        "processor_name": "nba_emit",
        "phase": "phase_2_raw",
        "execution_id": "e1",
        "correlation_id": "c1",
        "game_date": "2021-11-15",
        "output_table": "nbac_schedule",
        "output_dataset": "nba_raw",
        "status": "success",
        "record_count": 0,
        "timestamp": "2021-11-16T06:00:00.000000+00:00",
        "trigger_source": "manual",
    }
    assert parse(data).sent_at == now
