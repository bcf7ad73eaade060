"""`python -m attack`: play the cases of a seed, go on where it was stopped, and print tries and losses.

python -m attack --seed 7                   all parts, as many cases as the issue asks for: hours
python -m attack kills files --seed 7       some parts
python -m attack kills --seed 7 --case 12   one case again, its folder kept
python -m attack --short                    a few of each with a fixed seed, for CI
python -m attack --seed 7 --lost            those that were lost, again
"""

from __future__ import annotations

import os
import secrets
import shutil
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from attack.case import Case, Ledger, Played, played
from attack.lakes import Ground, code, code_of_cases
from attack.parts import PARTS
from attack.tally import print_tally

SHORT_SEED = 13
console = Console(soft_wrap=True, highlight=False, width=None if sys.stdout.isatty() else 220)


def attack(
    parts: Annotated[list[str] | None, typer.Argument(help=f"Of {', '.join(PARTS)}; all if left out.")] = None,
    seed: Annotated[int | None, typer.Option(help="Drawn if left out, and printed.")] = None,
    case: Annotated[int | None, typer.Option(help="Play this one again, and keep its folder.")] = None,
    cases: Annotated[int | None, typer.Option(help="So many of each part.")] = None,
    short: Annotated[bool, typer.Option("--short", help="A few of each, with a fixed seed.")] = False,
    lost: Annotated[bool, typer.Option("--lost", help="Play those again that were lost.")] = False,
    jobs: Annotated[int, typer.Option(min=1, help="Cases at once.")] = 2,
    out: Annotated[Path, typer.Option(help="Where lakes and the ledger are kept.")] = Path("build/attack"),
) -> None:
    """Play the cases of a seed that are not in its ledger yet. Exits with 1 if any was lost."""
    chosen = parts or list(PARTS)
    if unknown := [name for name in chosen if name not in PARTS]:
        raise typer.BadParameter(f"{unknown[0]!r} is none of {', '.join(PARTS)}")
    if case is not None and len(chosen) != 1:
        raise typer.BadParameter("--case is of one part: name it")
    drawn = seed if seed is not None else SHORT_SEED if short else secrets.randbelow(1_000_000)
    console.print(f"seed {drawn}")
    _sweep()
    ground = Ground(out.resolve() / "ground" / code())
    # What holds for other code is no answer of a gate; of a long attack it is what is played again that was lost.
    ledger = Ledger(out / (f"{drawn}_short_{code_of_cases()}.jsonl" if short else f"{drawn}.jsonl"))
    if case is not None:
        again = Case(drawn, chosen[0], case, _folder(), ground)
        _show(played(again, PARTS[again.part].play, keep=True))
        console.print(f"kept: {again.root}")
        return
    done = {(each.part, each.number) for each in ledger if not (lost and each.outcome.losses)}
    wanted = [
        (part, number)
        for part in chosen
        for number in range(cases or (PARTS[part].short if short else PARTS[part].whole))
        if (part, number) not in done
    ]
    _play(wanted, drawn, ground, ledger, jobs)
    if print_tally([each for each in ledger if each.part in chosen], drawn, console):
        raise typer.Exit(1)


def _play(wanted: list[tuple[str, int]], seed: int, ground: Ground, ledger: Ledger, jobs: int) -> None:
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        under_way = [
            pool.submit(played, Case(seed, part, number, _folder(), ground), PARTS[part].play)
            for part, number in wanted
        ]
        for ended in as_completed(under_way):
            done = ended.result()
            ledger.add(done)
            _show(done)


def _sweep() -> None:
    """Remove the folders of attacks that were killed."""
    for left in Path(tempfile.gettempdir()).glob("attack_*_*"):
        try:
            os.kill(int(left.name.split("_")[1]), 0)
        except ProcessLookupError:
            shutil.rmtree(left, ignore_errors=True)
        except (ValueError, PermissionError):
            continue


def _folder() -> Path:
    """Short: a socket's path has a hundred characters at most."""
    return Path(tempfile.gettempdir()) / f"attack_{os.getpid()}_{secrets.token_hex(3)}"


def _show(done: Played) -> None:
    outcome = done.outcome
    said = outcome.skipped or "; ".join(outcome.losses + outcome.known) or outcome.ended
    mark = "-" if outcome.skipped else "LOST" if outcome.losses else "know" if outcome.known else "ok"
    console.print(
        f"{mark:4} {done.part} {done.number}: {outcome.kind} {outcome.what}: {said} ({done.seconds:.1f} s)",
        markup=False,
    )


if __name__ == "__main__":
    app = typer.Typer(pretty_exceptions_enable=False, add_completion=False)
    app.command()(attack)
    app()
