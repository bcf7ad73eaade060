"""Messages: hundreds a case, a tenth of them twice, some malformed, and a daemon that dies in every other tick.

The daemon is played tick by tick over a spool; it dies between any two things that it stores. Killed as a process it is
where real days are played.
"""

from __future__ import annotations

import json
import random
from collections import Counter
from datetime import date, timedelta

import dagster as dg

from attack.case import Case, Outcome
from attack.grammar import good, malformed
from nba_assets.contracts.calendar import Window
from nba_assets.orchestration.events.messages import parse
from nba_assets.orchestration.events.sources import DEAD_LETTER_TOPIC, RAW_COMPLETE_TOPIC, Spool
from nba_assets.tables.raw import RAW_TABLES
from nba_assets_tests.orchestration.events.day import message
from nba_assets_tests.orchestration.events.stage import Death, Stage
from nba_assets_tests.orchestration.events.test_sensors import assert_exactly_what_is_needed

MESSAGES = 500
TWICE, MALFORMED = 0.10, 0.02
DAILY = [raw.name for raw in RAW_TABLES if raw.partition_by and raw.dataset == "nba_raw"]
DAYS = [day for part in Window(date(2021, 10, 19), date(2025, 6, 30)).by_season() for day in part.dates()]


def play(case: Case) -> Outcome:
    chance = case.chance
    with dg.DagsterInstance.ephemeral() as instance:
        stage = Stage(Spool(case.root), instance)
        sent, bad = _sent(chance)
        deaths = _play(chance, stage, sent)
        return Outcome("messages", f"{deaths} deaths", _losses(stage, case, sent, bad), tries=len(sent))


def _sent(chance: random.Random) -> tuple[list[bytes], list[bytes]]:
    """All messages in the order in which they come, and those of them that are malformed."""
    several = [DAYS[chance.randrange(len(DAYS) - 40)] + timedelta(days=n) for n in range(40)]
    count = MESSAGES - round(MESSAGES * (TWICE + MALFORMED))
    each = [(chance.choice(DAILY), f"e{n}", chance.choice(several)) for n in range(count)]
    whole = [good(chance, *one) for one in each]
    bad = [
        malformed(chance, message("nbac_schedule", f"m{n}", several[0]))[1] for n in range(round(MESSAGES * MALFORMED))
    ]
    sent = [*whole, *chance.sample(whole, round(MESSAGES * TWICE)), *bad]
    chance.shuffle(sent)
    return sent, bad


def _play(chance: random.Random, stage: Stage, sent: list[bytes]) -> int:
    """The messages come in bursts, and the daemon dies in half of its ticks; how often."""
    waiting, deaths = list(enumerate(sent)), 0
    while waiting or not (stage.said or "").startswith("no messages"):
        burst, waiting = waiting[: (size := chance.randrange(1, 60))], waiting[size:]
        for number, data in burst:
            stage.source.publish(RAW_COMPLETE_TOPIC, f"{number:06}", data)
        dies = chance.random() < 0.5
        deaths += dies
        stage.tick(Death(chance.randrange(80), chance.randrange(20)) if dies else None)
    return deaths


def _losses(stage: Stage, case: Case, sent: list[bytes], bad: list[bytes]) -> list[str]:
    """Every message is done with; a good one is on record once, any other a dead letter with its reason."""
    losses = []
    if left := len(list((case.root / RAW_COMPLETE_TOPIC).glob("*.json"))):
        losses.append(f"{left} messages still wait")
    wanted = {(read.table.name, str(read.day), read.execution_id) for read in map(parse, set(sent) - set(bad))}
    recorded = {key: count for key, count in stage.recorded().items() if key[2] != "none"}
    losses += [f"lost: {key}" for key in sorted(wanted - recorded.keys())[:3]]
    losses += [f"doubled {count} times: {key}" for key, count in recorded.items() if count > 1][:3]
    letters = case.root / DEAD_LETTER_TOPIC
    dead = Counter(file.read_bytes() for file in letters.glob("*.json"))
    losses += [f"malformed and no dead letter: {data[:120]!r}" for data in set(bad) - dead.keys()]
    losses += [f"a dead letter that is good: {data[:120]!r}" for data in dead.keys() - set(bad)]
    for file in letters.glob("*.json"):
        reason = json.loads(file.with_suffix(".reason").read_text())["reason"]
        if not reason or not reason.isprintable():
            losses.append(f"a reason that cannot be shown: {reason!r:.120}")
    try:
        assert_exactly_what_is_needed(stage)
    except AssertionError as error:
        losses.append(f"asked for other runs than needed: {error!s:.200}")
    return losses
