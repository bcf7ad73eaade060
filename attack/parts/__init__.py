"""Parts of the attack, a module a part: how a case is drawn, what is done, and what must be true afterwards."""

from __future__ import annotations

from dataclasses import dataclass

from attack.case import Play
from attack.parts import bigquery, conditions, daemon, files, interrupts, kills, messages, orders


@dataclass(frozen=True)
class Part:
    """How a case is played, and how many cases the whole attack and its short form have."""

    play: Play
    whole: int
    short: int


PARTS = {
    "kills": Part(kills.play, whole=450, short=15),
    "interrupts": Part(interrupts.play, whole=100, short=0),
    "daemon": Part(daemon.play, whole=50, short=0),
    "messages": Part(messages.play, whole=20, short=1),
    "files": Part(files.play, whole=1000, short=60),
    "conditions": Part(conditions.play, whole=4 * len(conditions.CONDITIONS), short=0),
    "orders": Part(orders.play, whole=3, short=0),
    "bigquery": Part(bigquery.play, whole=10, short=0),
}
