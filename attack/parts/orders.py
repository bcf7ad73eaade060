"""Orders of building: sixty days one at a time, as a range, and as pieces of any length in any order.

A piece that is built before what it looks back on is wrong at first; the back-fill of all of it afterwards has to find
that, and then all lakes are the same to the byte.
"""

from __future__ import annotations

import random
from datetime import timedelta

from attack.arena import Arena, Ended, differing
from attack.case import Case, Outcome
from attack.lakes import OPENING, partitions
from attack.parts.kills import built_only
from nba_assets.contracts.calendar import Window
from nba_assets.warehouse.duckdb import DuckDBWarehouse
from nba_assets.warehouse.lake import Lake
from nba_assets_tests.build import build_rows

DAYS = 60
ORDERS = ("a day at a time", "as a range", "pieces in any order")


def play(case: Case) -> Outcome:
    chance, order = case.chance, ORDERS[case.number % len(ORDERS)]
    window = Window(OPENING, OPENING + timedelta(days=DAYS - 1))
    raw = case.ground.raw(DAYS)
    oracle = Arena(case.root / "oracle").begin(raw)
    build_rows(DuckDBWarehouse(Lake(oracle.lake)), window)
    arena, losses = Arena(case.root / "case").begin(raw), []
    for piece in _pieces(chance, window, order):
        ended = _build(arena, piece)
        if order != ORDERS[2] and ended.code != 0:
            losses.append(f"{piece}: {ended.told()}")
        if ended.traceback or ended.code not in (0, 1):
            losses.append(f"{piece}: {ended.told()}")
    ended = arena.nba("backfill", "--start", window.start, "--end", window.end)
    if ended.code != 0:
        losses.append(f"the whole at the end: {ended.told()}")
    losses += differing(built_only(partitions(arena.lake)), built_only(partitions(oracle.lake)))
    return Outcome(f"built {order}", f"{DAYS} days", [*losses, *arena.clean()])


def _pieces(chance: random.Random, window: Window, order: str) -> list[Window]:
    """The window cut into days, into one piece, or into pieces of any length in any order."""
    if order == "as a range":
        return [window]
    days, found = window.dates(), []
    while days:
        length = 1 if order == ORDERS[0] or chance.random() < 0.5 else chance.randrange(2, 9)
        found.append(Window(days[0], days[:length][-1]))
        days = days[length:]
    return chance.sample(found, len(found)) if order == ORDERS[2] else found


def _build(arena: Arena, piece: Window) -> Ended:
    if piece.days == 1:
        return arena.nba("materialize", "--date", piece.start)
    return arena.nba("backfill", "--start", piece.start, "--end", piece.end)
