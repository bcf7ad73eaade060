"""The table at the end of an attack: tries and losses by kind, and a line for each case that was lost."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from attack.case import Played
from nba_assets.contracts.checks import checks_of
from nba_assets.tables.registry import tables


def print_tally(found: Sequence[Played], seed: int, console: Console) -> int:
    """Print it; how many cases were lost."""
    kinds: dict[str, list[Played]] = defaultdict(list)
    for each in found:
        kinds[each.outcome.kind].append(each)
    shown = Table("kind", "tries", "losses", "known", "seconds", "how it ended", "first loss")
    for kind, of_kind in sorted(kinds.items()):
        lost = [each for each in of_kind if each.outcome.losses]
        skipped = [each.outcome.skipped for each in of_kind if each.outcome.skipped]
        ends = Counter(each.outcome.ended for each in of_kind if not each.outcome.skipped)
        shown.add_row(
            kind,
            f"{sum(each.outcome.tries for each in of_kind if not each.outcome.skipped):,}",
            f"{len(lost):,}",
            f"{sum(bool(each.outcome.known) for each in of_kind):,}",
            f"{sum(each.seconds for each in of_kind):.0f}",
            ", ".join([*(f"{count} {end}" for end, count in ends.items()), *sorted(set(skipped))]),
            f"{lost[0].outcome.losses[0][:160]} ({lost[0].part} --case {lost[0].number})" if lost else "",
        )
    console.print(shown)
    _print_needed(found, console)
    lost = [each for each in found if each.outcome.losses]
    console.print(f"{len(found):,} cases, {len(lost):,} lost; again: python -m attack PART --seed {seed} --case N")
    for each in lost:  # at the very end: of a long log that is what is kept
        console.print(_lost_line(each), markup=False)
    return len(lost)


def _lost_line(lost: Played) -> str:
    """A case that was lost: which, of what kind, and how."""
    outcome = lost.outcome
    more = f" (and {len(outcome.losses) - 1} more)" * (len(outcome.losses) > 1)
    return f"LOST {lost.part} --case {lost.number}: {outcome.kind}, {outcome.what}: {outcome.losses[0]}{more}"


def _print_needed(found: Sequence[Played], console: Console) -> None:
    """The checks without which a case would have been lost, and those that nothing has broken."""
    needed = Counter(check for each in found for check in each.outcome.needs)
    told = {check for each in found for check in each.outcome.told}
    if told:
        listed = ", ".join(f"{check} {count}" for check, count in sorted(needed.items()))
        console.print(f"cases that would be lost without a check: {listed or 'none'}")
        every = {f"{table.name}.{check.name}" for table in tables() for check in checks_of(table)}
        console.print(f"checks that no file has broken: {', '.join(sorted(every - told)) or 'none'}")
