"""A grammar of raw-complete messages: good ones as odd as they may be, and malformed ones of every way we know.

What a message means is not said here.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from nba_assets_tests.orchestration.events.day import message

Draw = random.Random


def good(chance: Draw, table: str, execution: str, day: date) -> bytes:
    """A message that can be acted on, in one of the shapes that senders give it."""
    shape = message(table, execution, day)
    oddity = chance.choice(GOOD)
    return oddity(chance, shape)


def _plain(_: Draw, shape: dict[str, Any]) -> bytes:
    return json.dumps(shape).encode()


def _dataset_in_the_name(_: Draw, shape: dict[str, Any]) -> bytes:
    return json.dumps(shape | {"output_table": f"nba_raw.{shape['output_table']}", "output_dataset": None}).encode()


def _spaced(_: Draw, shape: dict[str, Any]) -> bytes:
    return b"\n\t " + json.dumps(shape, indent=3).encode() + b"  \n"


def _more_fields(chance: Draw, shape: dict[str, Any]) -> bytes:
    return json.dumps(
        shape | {"extra": {"deep": [[[chance.random()]]]}, "ключ": "значение"}, ensure_ascii=False
    ).encode()


def _bare(_: Draw, shape: dict[str, Any]) -> bytes:
    for name in ("record_count", "output_dataset", "duration_seconds", "metadata", "trigger_message_id"):
        shape.pop(name, None)
    return json.dumps(shape).encode()


def _other_clock(chance: Draw, shape: dict[str, Any]) -> bytes:
    stamp = chance.choice(["2024-11-16T06:41:09", "2024-11-16T06:41:09Z", "2024-11-16 01:41:09-05:00"])
    return json.dumps(shape | {"timestamp": stamp}).encode()


def _very_many(_: Draw, shape: dict[str, Any]) -> bytes:
    return json.dumps(shape | {"record_count": 10**30}).encode()


GOOD: Sequence[Callable[[Draw, dict[str, Any]], bytes]] = (
    *(_plain,) * 4,
    _dataset_in_the_name,
    _spaced,
    _more_fields,
    _bare,
    _other_clock,
    _very_many,
)

NAMES = ("processor_name", "phase", "execution_id", "correlation_id", "game_date", "status", "timestamp")
CONTROL = ["\x00", "\x1b[2J", "\r\n", "\u202e", "\ud800", "\x07", "\u2028"]
NO_DATES = [
    *("2024-02-30", "2023-02-29", "2024-13-01", "2024-00-10", "0000-01-01", "2024-11", "24-11-15", "tomorrow", ""),
    *(
        "2024-11-15T00:00:00",
        "1999-12-31",
        "\u0662\u0660\u0662\u0664-\u0661\u0661-\u0661\u0665",
        "2024-11-15\n",
        "99999-01-01",
        "2024/11/15",
    ),
]
NO_TABLES = [
    *("../../etc/passwd", "nba_raw/nbac_schedule", "nba_raw.../nbac_schedule", "C:\\lake", "", ".", "..", "nba_raw."),
    *("players; DROP TABLE players", "nbac_schedule\x00", "NBAC_SCHEDULE", "team_locations", "player_game_summary"),
    *("nba_raw.nba_raw.nbac_schedule", "-", "a" * 5000),
]
NO_IDS = ["", " \n", "x" * 101, *(f"id{mark}" for mark in CONTROL)]
NO_INSTANTS = ["yesterday", "2024-11-15T25:00:00", "1731650000", "2024-02-30T00:00:00Z", ""]
NO_COUNTS = [-1, 1.5, "22", True, [1], {}, 1e300]


def malformed(chance: Draw, shape: dict[str, Any]) -> tuple[str, bytes]:
    """A message that nobody can act on, and in which way."""
    way = chance.choice(list(MALFORMED))
    return way, MALFORMED[way](chance, shape)


def _with(**changes: Any) -> Callable[[Draw, dict[str, Any]], bytes]:
    def change(chance: Draw, shape: dict[str, Any]) -> bytes:
        return json.dumps(shape | {name: chance.choice(values) for name, values in changes.items()}).encode()

    return change


def _cut(chance: Draw, shape: dict[str, Any]) -> bytes:
    whole = json.dumps(shape).encode()
    return whole[: chance.randrange(1, len(whole) - 1)]


def _without(chance: Draw, shape: dict[str, Any]) -> bytes:
    shape.pop(chance.choice(NAMES))
    return json.dumps(shape).encode()


def _of_another_type(chance: Draw, shape: dict[str, Any]) -> bytes:
    other = chance.choice([1, 1.5, True, None, [], ["success"], {"a": 1}])
    return json.dumps(shape | {chance.choice(NAMES): other}).encode()


MALFORMED: dict[str, Callable[[Draw, dict[str, Any]], bytes]] = {
    "cut off": _cut,
    "no object": lambda chance, _: chance.choice([b"[]", b"null", b"3", b'"text"', b"true", b"NaN", b"[{}]"]),
    "an empty object": lambda _, __: b"{}",
    "no JSON": lambda chance, _: chance.choice([b"{'a': 1}", b"<xml/>", b"{,}", b"{} {}", b"\x00", b"-", b"{"]),
    "deep": lambda chance, _: b"[" * (depth := chance.choice([2_000, 100_000])) + b"]" * depth,
    "deep within": lambda _, shape: json.dumps(shape).encode()[:-1] + b', "x": ' + b"[" * 90_000 + b"]" * 90_000 + b"}",
    "huge": lambda chance, shape: json.dumps(shape | {"metadata": "x" * (10 << 20)}).encode(),
    "a long number": lambda _, shape: json.dumps(shape).encode()[:-1] + b', "record_count": ' + b"9" * 5000 + b"}",
    "not UTF-8": lambda chance, shape: json.dumps(shape).encode().replace(b"success", b"succ\xff\xfess"),
    "a field missing": _without,
    "a field of another type": _of_another_type,
    "no such date": _with(game_date=NO_DATES),
    "no such table": _with(output_table=NO_TABLES),
    "a path as dataset": _with(output_dataset=["../..", "/etc", "nba_raw/..", "nba_reference"]),
    "no id": _with(execution_id=NO_IDS),
    "control characters": _with(correlation_id=[f"a{mark}b" for mark in CONTROL]),
    "no such status": _with(status=["SUCCESS", "done", "", "success\x00", "failed "]),
    "no instant": _with(timestamp=NO_INSTANTS),
    "no count": _with(record_count=NO_COUNTS),
}
