"""Events of a simulated game, and where its shots are taken from.

How a game comes to produce them is the game's.
"""

from __future__ import annotations

import math
import random
from typing import NamedTuple

from nba_assets.simulate.players import Player


class Shot(NamedTuple):
    """`x` and `y` in tenths of feet from the rim; `area` in the words of the league's live feed."""

    zone: str
    style: str
    three: bool
    x: int
    y: int
    area: str

    @property
    def feet(self) -> float:
        return math.hypot(self.x, self.y) / 10


class Event(NamedTuple):
    """One line of the play-by-play. `home_five` and `away_five` are on court once it has happened."""

    period: int
    clock: int
    kind: str
    detail: str
    team: str | None
    player: Player | None
    other: Player | None
    role: str | None
    made: bool | None
    points: int | None
    shot: Shot | None
    home_score: int
    away_score: int
    home_five: tuple[Player, ...]
    away_five: tuple[Player, ...]

    @property
    def elapsed(self) -> int:
        return elapsed(self.period, self.clock)


def period_seconds(period: int) -> int:
    """How long a period is, an overtime too."""
    return 720 if period <= 4 else 300


def elapsed(period: int, clock: int) -> int:
    """Seconds from the tip to a clock that counts a period down."""
    before = 720 * min(period - 1, 4) + 300 * max(period - 5, 0)
    return before + period_seconds(period) - clock


STYLES = {
    # style of the subtype -> the live feed's sub_type and descriptor
    "layup": ("Layup", None),
    "driving layup": ("Layup", "driving"),
    "driving finger roll layup": ("Layup", "driving finger roll"),
    "running layup": ("Layup", "running"),
    "cutting layup shot": ("Layup", "cutting"),
    "reverse layup": ("Layup", "reverse"),
    "tip layup shot": ("Layup", "tip"),
    "putback layup": ("Layup", "putback"),
    "dunk": ("DUNK", None),
    "driving dunk": ("DUNK", "driving"),
    "cutting dunk shot": ("DUNK", "cutting"),
    "running dunk": ("DUNK", "running"),
    "alley oop dunk": ("DUNK", "alley oop"),
    "driving floating jump shot": ("Jump Shot", "driving floating"),
    "floating jump shot": ("Jump Shot", "floating"),
    "hook shot": ("Hook", None),
    "turnaround hook shot": ("Hook", "turnaround"),
    "jump shot": ("Jump Shot", None),
    "pullup jump shot": ("Jump Shot", "pullup"),
    "step back jump shot": ("Jump Shot", "step back"),
    "fadeaway jumper": ("Jump Shot", "fadeaway"),
    "turnaround fadeaway shot": ("Jump Shot", "turnaround fadeaway"),
    "3pt jump shot": ("Jump Shot", None),
    "3pt running jump shot": ("Jump Shot", "running"),
    "3pt pullup jump shot": ("Jump Shot", "pullup"),
    "3pt step back jump shot": ("Jump Shot", "step back"),
}

_OFF_A_PASS = {
    "rim": ("cutting layup shot", "cutting dunk shot", "running layup", "alley oop dunk", "layup", "dunk"),
    "paint": ("floating jump shot", "hook shot", "turnaround hook shot", "driving floating jump shot"),
    "mid": ("jump shot", "jump shot", "turnaround fadeaway shot", "pullup jump shot"),
    "corner": ("3pt jump shot",),
    "arc": ("3pt jump shot", "3pt jump shot", "3pt jump shot", "3pt running jump shot"),
}
_ON_HIS_OWN = {
    "rim": ("driving layup", "driving layup", "driving finger roll layup", "driving dunk", "running layup"),
    "paint": ("driving floating jump shot", "driving floating jump shot", "turnaround hook shot", "floating jump shot"),
    "mid": ("pullup jump shot", "pullup jump shot", "step back jump shot", "fadeaway jumper"),
    "corner": ("3pt jump shot", "3pt step back jump shot"),
    "arc": ("3pt pullup jump shot", "3pt step back jump shot", "3pt jump shot"),
}
_OFF_A_REBOUND = ("putback layup", "tip layup shot")


def shot_from(rng: random.Random, zone: str, assisted: bool, rebounded: bool) -> Shot:
    """A shot from somewhere in `zone`."""
    if zone == "rim" and rebounded:
        style = rng.choice(_OFF_A_REBOUND)
    else:
        style = rng.choice((_OFF_A_PASS if assisted else _ON_HIS_OWN)[zone])
    x, y = _spot(rng, zone)
    return Shot(zone, style, zone in ("corner", "arc"), x, y, _area(zone, x))


def _spot(rng: random.Random, zone: str) -> tuple[int, int]:
    if zone == "corner":
        return rng.choice((-1, 1)) * rng.randint(221, 236), rng.randint(-45, 85)
    if zone == "paint":
        x, y = rng.randint(-75, 75), rng.randint(-15, 130)
        return (x, y) if x * x + y * y > 45 * 45 else (x, y + 60)
    # The three-point line bends away from the rim at 22 degrees; the lane ends 14 feet from it.
    nearest, farthest, side = {"rim": (0, 39, 0), "mid": (161, 216, 12), "arc": (240, 282, 25)}[zone]
    far, angle = rng.uniform(nearest, farthest), math.radians(rng.uniform(side, 180 - side))
    return round(far * math.cos(angle)), round(far * math.sin(angle))


def _area(zone: str, x: int) -> str:
    if zone == "corner":
        return "Left Corner 3" if x < 0 else "Right Corner 3"
    return {"rim": "Restricted Area", "paint": "In The Paint (Non-RA)", "mid": "Mid-Range", "arc": "Above the Break 3"}[
        zone
    ]
