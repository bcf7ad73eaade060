"""Interrupts: Ctrl-C, or the SIGTERM that stops a service, at a random moment of a command; and the command again.

Unlike what is killed, what is interrupted ends in order: soon, without a traceback, with its exit code and its run.
"""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path

from attack.arena import Arena
from attack.case import Case, Outcome
from attack.parts.kills import TARGETS, done_again, undisturbed

ENDS_WITHIN_SECONDS = 60.0
"""Beside other cases. Alone it takes two; the worst there can be is a query that hears nothing."""

_COMMANDS = [target for target in TARGETS if not target.within]


def play(case: Case) -> Outcome:
    chance, target = case.chance, _COMMANDS[case.number % len(_COMMANDS)]
    by = chance.choice((signal.SIGINT, signal.SIGTERM))
    known = undisturbed(case.ground, target)
    arena = Arena(case.root).begin(target.lake(case.ground))
    arguments = target.arguments(case.ground)
    moment = chance.uniform(0.1, 1.0) * known["seconds"]
    losses = _interrupted(arena, arguments, moment, by)
    losses += done_again(arena, target, case.ground)
    return Outcome(f"{by.name} {target.name}", f"after {moment:.2f} s", losses)


def _interrupted(arena: Arena, arguments: tuple[str | Path, ...], moment: float, by: signal.Signals) -> list[str]:
    """Interrupt the command after so many seconds; what is wrong with how it ends."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # an attack in the background of a script: its commands, too
        signal.signal(signal.SIGINT, signal.default_int_handler)
    with arena.started(*arguments) as running:
        try:
            running.wait(moment)
        except subprocess.TimeoutExpired:
            if by is signal.SIGINT:  # a terminal's reaches all that it has started
                os.killpg(running.pid, by)
            else:
                running.terminate()
        try:
            code = running.wait(ENDS_WITHIN_SECONDS)
        except subprocess.TimeoutExpired:
            return [f"goes on for {ENDS_WITHIN_SECONDS:.0f} s after {by.name}"]
    ended = arena.ended(code)
    # A run is cancelled; before it SIGTERM, and once Python is on its way out either, ends the command as any program.
    losses = [] if ended.code in (0, 130, -by) else [f"interrupted: {ended.told()}"]
    if ended.traceback:
        losses.append(f"a traceback: {ended.told()}")
    cancelled = ended.code == 130  # of one that SIGTERM has killed the next command ends the run
    return [*losses, *arena.outlived(), *(arena.in_flight() if cancelled else [])]
