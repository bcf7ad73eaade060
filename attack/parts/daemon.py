"""The daemon, killed at random moments of a night: messages come in, a day is built, then the next slate.

It is started again each time, and all ends as if it had never died: the same files, no message waiting, each run once.
"""

from __future__ import annotations

import json
import sys
import time
from typing import Any

import dagster as dg
from filelock import FileLock

from attack.arena import Arena, differing
from attack.case import Case, Outcome
from attack.lakes import OPENING, Ground, partitions
from attack.parts.kills import built_only
from nba_assets.orchestration.events.sources import DEAD_LETTER_TOPIC, RAW_COMPLETE_TOPIC, Spool
from nba_assets.orchestration.run_tags import TRIGGER_TAG
from nba_assets.tables.raw import RAW_TABLES
from nba_assets_tests.orchestration.events.day import line

DAEMON = (sys.executable, "-m", "dagster._daemon", "run", "-m", "attack.location")
PATIENCE_SECONDS = 900.0
MOST_KILLS = 3

CODE_SERVER_SECONDS = 60.0
"""In which the code server of a killed daemon is to end, which is Dagster's: it looks every 20 s whether it has heard
of its daemon in the last 20, and ends once the runs that it has begun have. A run goes on to its end in it."""


def play(case: Case) -> Outcome:
    chance, known = case.chance, _undisturbed(case.ground)
    arena = _begin(Arena(case.root, {"NBA_EXECUTOR": "in_process"}), case.ground)
    moments = [chance.uniform(1.0, known["seconds"]) for _ in range(chance.randrange(1, MOST_KILLS + 1))]
    losses = []
    for moment in moments:
        with arena.started(program=DAEMON) as running:
            time.sleep(moment)
            running.kill()
            running.wait()
    losses += _night(arena)
    losses += differing(built_only(partitions(arena.lake)), known["files"])
    with arena.instance() as instance:
        for trigger in ("raw_complete", "next_slate"):
            good = instance.get_runs(dg.RunsFilter(tags={TRIGGER_TAG: trigger}, statuses=[dg.DagsterRunStatus.SUCCESS]))
            if len(good) != 1:
                losses.append(f"{len(good)} runs of {trigger} succeeded, not 1")
    return Outcome(
        "kill the daemon",
        f"after {', '.join(f'{moment:.1f}' for moment in moments)} s",
        losses + arena.clean(CODE_SERVER_SECONDS),
    )


def _begin(arena: Arena, ground: Ground) -> Arena:
    """The raw data of two days, and a message for each raw table of the first, some of them twice."""
    arena.begin(ground.few)
    spool = Spool(arena.lake / "_events")
    for number, raw in enumerate(each for each in RAW_TABLES if each.partition_by and each.dataset == "nba_raw"):
        for copy in range(1 + (number % 3 == 0)):
            spool.publish(RAW_COMPLETE_TOPIC, f"{OPENING}-{number:02}-{copy}", line(raw.name, f"e{number}", OPENING))
    return arena


def _night(arena: Arena) -> list[str]:
    """A daemon that nobody kills runs until all is done; what is wrong if that does not come."""
    with arena.started(program=DAEMON) as running:
        end = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < end and not _done(arena):
            time.sleep(2)
        left = [] if _done(arena) else [f"not done within {PATIENCE_SECONDS:.0f} s: {arena.in_flight()}"]
        running.terminate()
        running.wait(60)
    dead = list((arena.lake / "_events" / DEAD_LETTER_TOPIC).glob("*.json"))
    return left + [f"{len(dead)} dead letters"] * bool(dead)


def _done(arena: Arena) -> bool:
    """No message waits, both runs have succeeded, and none is under way."""
    if list((arena.lake / "_events" / RAW_COMPLETE_TOPIC).glob("*.json")) or not (arena.home / "history").exists():
        return False
    with arena.instance() as instance:
        good = instance.get_runs(dg.RunsFilter(statuses=[dg.DagsterRunStatus.SUCCESS]))
    triggers = {run.tags.get(TRIGGER_TAG) for run in good}
    return {"raw_complete", "next_slate"} <= triggers and not arena.in_flight()


def _undisturbed(ground: Ground) -> dict[str, Any]:
    """The files that a night without a kill leaves, and how long it takes: tried once for all cases."""
    kept = ground.folder / "undisturbed night.json"
    with FileLock(f"{kept}.lock"):
        if not kept.exists():
            arena = _begin(Arena(ground.folder / "night", {"NBA_EXECUTOR": "in_process"}), ground)
            started = time.monotonic()
            losses = _night(arena)
            assert not losses, losses
            kept.write_text(
                json.dumps({"files": built_only(partitions(arena.lake)), "seconds": time.monotonic() - started})
            )
    found: dict[str, Any] = json.loads(kept.read_text())
    return found
