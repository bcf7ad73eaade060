"""The messages of 15 November 2021, in the order they came, and what it takes to write others. Data only."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

DAY = date(2021, 11, 15)

_CAME = """
    nbac_injury_report                  success 1528577b af3552fc   67 2021-11-15T01:35:22.418305+00:00
    nbac_schedule                       success 7dcd56f1 b2b3ef00 1323 2021-11-15T11:04:51.090112+00:00
    espn_team_rosters                   success 7d8b9704 5a47232c  503 2021-11-15T12:21:40.771920+00:00
    odds_api_game_lines                 success 9a6d4f4a bc7e1e9e   22 2021-11-15T15:02:09.345871+00:00
    odds_api_player_points_props        no_data 344e9ec8 f1c62902    0 2021-11-15T18:00:31.118264+00:00
    nbac_injury_report                  success bf70dec4 e5faf3e3   87 2021-11-15T22:36:02.633090+00:00
    bdl_player_boxscores                success 81343061 6045c3c4  369 2021-11-16T06:41:09.123456+00:00
    nbac_team_boxscore                  success 9975c949 5b0d45d7   22 2021-11-16T06:44:47.550018+00:00
    nbac_play_by_play                   success 0edd8a75 7a99ea05 5754 2021-11-16T08:52:13.884402+00:00
    bigdataball_play_by_play            failed  f6b821dc 603e7995    0 2021-11-16T08:58:55.012773+00:00
    nba_raw.nbac_gamebook_player_stats  success b0a2b58d e9c908ff  369 2021-11-16T09:42:36.207715+00:00
    bigdataball_play_by_play            success 517a8598 603e7995 4973 2021-11-16T09:55:02.661940+00:00
    nbac_player_boxscores               success 65c844cb 001208a8  241 2021-11-16T10:42:20.499037+00:00
    nba_raw.nbac_gamebook_player_stats  success b0a2b58d e9c908ff  369 2021-11-16T09:42:36.207715+00:00
    odds_api_game_lines                 success db972670 ddd9071e   88 2021-11-16T11:30:05.730261+00:00
"""
"""Table, status, execution id, correlation id, rows, sent at. The last but one is a second delivery."""


def message(table: str = "nbac_team_boxscore", execution: str = "e1", day: date = DAY, **changes: Any) -> dict:
    """A message as the raw processors send it; a change to None leaves the field out."""
    shape = {
        "processor_name": "AnyProcessor",
        "phase": "phase_2_raw",
        "execution_id": execution,
        "correlation_id": f"c-{execution}",
        "game_date": day.isoformat(),
        "output_table": table,
        "output_dataset": "nba_raw",
        "status": "success",
        "record_count": 22,
        "records_failed": 0,
        "timestamp": "2021-11-16T06:41:09.123456+00:00",
        "duration_seconds": 14.9,
        "trigger_message_id": "5884895464587535",
        "metadata": {"processing_strategy": "DELETE_INSERT"},
    } | changes
    return {name: value for name, value in shape.items() if value is not None}


def line(*given: Any, **changes: Any) -> bytes:
    return json.dumps(message(*given, **changes)).encode()


def the_day() -> list[bytes]:
    """The fifteen messages."""
    rows = (came.split() for came in _CAME.strip().splitlines())
    return [
        line(table, execution, status=status, correlation_id=correlation, record_count=int(rows), timestamp=sent)
        for table, status, execution, correlation, rows, sent in rows
    ]
