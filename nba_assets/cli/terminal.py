"""The terminal: its two consoles, the sign of being at work, progress bars, and what more than one command prints.

What a single command prints stands with the command.
"""

from __future__ import annotations

import io
import logging
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    SpinnerColumn,
    Task,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from nba_assets.contracts.printable import printable

if TYPE_CHECKING:
    from nba_assets.audit.never_built import Gaps
    from nba_assets.contracts.table import Table
    from nba_assets.orchestration.launch import TableResult


class PlainConsole(Console):
    """A console that takes nothing in a text for a command: no escape characters, no markup unless asked for."""

    def __init__(self, **options: Any) -> None:
        super().__init__(markup=False, emoji=False, **options)

    def render_str(self, text: str, **options: Any) -> Text:
        return super().render_str(printable(text), **options)

    def print(self, *objects: Any, **options: Any) -> None:
        at_work.over()
        super().print(*objects, **options)


class AtWork:
    """A line with what it is at and the seconds on a terminal, while a command has not said anything yet.

    Whatever is written to a terminal otherwise than by the consoles here says `over` first.
    """

    PATIENCE = 1.0
    """Seconds in which most commands have said something, and none shows a line that is gone at once."""

    def __init__(self, console: Console) -> None:
        self._console = console  # of its own: to print on those of commands says that it is over
        self._command = self._doing = ""
        self._said = threading.Event()
        self._showing: threading.Thread | None = None

    def start(self, command: str) -> None:
        self.over()
        self._command, self._doing = command, ""
        if self._console.is_terminal:
            self._said.clear()
            self._showing = threading.Thread(target=self._show, args=(command,), daemon=True)
            self._showing.start()

    def tell(self, doing: str) -> None:
        """Say what the command is at, from the next tenth of a second on."""
        self._doing = f": {doing}"

    def over(self) -> None:
        self._said.set()
        if self._showing:
            self._showing.join()
            self._showing = None

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Without its threads, for this process to be forked within."""
        showing = self._showing is not None
        self.over()
        yield
        if showing:
            self.start(self._command)

    def _show(self, command: str) -> None:
        if self._said.wait(self.PATIENCE):
            return
        columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
        apart: dict[str, Any] = {"redirect_stdout": False, "redirect_stderr": False}  # standard output may be a file
        with Progress(*columns, console=self._console, transient=True, **apart) as line:
            task = line.add_task(command, total=None)
            while not self._said.wait(0.1):
                line.update(task, description=f"{command}{self._doing}")


at_work = AtWork(Console(stderr=True))


def looking_at(tables: Sequence[Table]) -> Callable[[Table], None]:
    """Has each of some tables told as what the command is at."""
    return lambda table: at_work.tell(f"{table.name}, {tables.index(table) + 1} of {len(tables)} tables")


out = PlainConsole(width=None if sys.stdout and sys.stdout.isatty() else 200)
err = PlainConsole(stderr=True, soft_wrap=True)


def settle_streams() -> None:
    """Have streams that take whatever is said, of this process and of those that it starts.

    What the caller has closed (`>&-`) goes nowhere: Python has no stream then, and the next file that is opened its
    number, so that who writes by that writes into the file. Letters that a terminal's encoding lacks are written out.
    """
    for number, name, mode in ((0, "stdin", "r"), (1, "stdout", "w"), (2, "stderr", "w")):
        if getattr(sys, name) is None:
            opened = os.open(os.devnull, os.O_RDWR)  # the lowest number that is free, which is the closed one's
            os.set_inheritable(opened, opened == number)
            setattr(sys, name, open(opened, mode))  # noqa: SIM115 - for as long as the process runs
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


class _ToTerminal(logging.Handler):
    """What our modules log, without getting into the bars."""

    def emit(self, record: logging.LogRecord) -> None:
        err.print(f"nba: {self.format(record)}", highlight=False)


def log_to_terminal() -> None:
    """Show what our modules log, once."""
    log = logging.getLogger("nba_assets")
    if not any(isinstance(handler, _ToTerminal) for handler in log.handlers):
        log.addHandler(_ToTerminal(logging.WARNING))


def print_made(made: Mapping[str, TableResult]) -> None:
    """Print what was built of each table."""
    from nba_assets.cli.rows import Rows

    shown = Rows("built", ("table", "partitions", "rows", "seconds", "broken checks"))
    for table, result in made.items():
        broken = tuple(result.broken_checks) or ("none" if result.partitions else "not built")
        shown.add(table, result.partitions, result.rows, result.seconds, broken)
    shown.print()


def print_gaps(gaps: Gaps) -> None:
    """One line a table whose history was not all built."""
    for table, days in gaps.items():
        lacking = sorted({(day, source.name) for missing in days.values() for source, day in missing})
        more = f" and {len(lacking) - 1:,} more" if len(lacking) > 1 else ""
        print_failure(
            table.name,
            f"{len(days):,} partitions lack history that was never built: {lacking[0][1]} of {lacking[0][0]}{more};"
            " --upstream builds it",
        )


def breaks_errors(made: Mapping[str, TableResult]) -> bool:
    """Whether an ERROR check is broken."""
    return any(check.startswith("ERROR") for result in made.values() for check in result.broken_checks)


def print_failures(failures: Mapping[str, str]) -> None:
    """Print why tables were not built."""
    for table, reason in failures.items():
        print_failure(table, reason)


def print_failure(table: str, reason: str) -> None:
    """Print why one table was not built."""
    err.print(f"[red]{table}[/red]: {escape(reason)}", highlight=False, markup=True)


def reporter(progress: Progress) -> Callable[[str, int, int], None]:
    """One bar for each thing reported on."""
    tasks: dict[str, TaskID] = {}

    def report(what: str, done: int, total: int) -> None:
        if what not in tasks:
            tasks[what] = progress.add_task(what, total=total)
        progress.update(tasks[what], completed=done, total=total)

    return report


def bar(*, transient: bool = False) -> Progress:
    """A bar for work whose length is known, in place of the line that says that there is some."""
    at_work.over()
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), _Rate(), TimeRemainingColumn())
    return Progress(*columns, console=err, disable=not err.is_terminal, transient=transient)


class _Rate(ProgressColumn):
    """How many a second."""

    def render(self, task: Task) -> Text:
        speed = task.finished_speed or task.speed
        return Text(f"{speed:,.0f}/s" if speed else "", style="progress.data.speed")


class RunProgress:
    """How far each table of some runs has come, and all together: bars on a terminal, lines where asked for elsewhere.

    `totals` says how many days each table has to do.
    """

    def __init__(self, totals: Mapping[str, int], *, by_line: bool = False) -> None:
        self._bar = bar()
        self._by_line = by_line and not err.is_terminal
        self._totals, self._done = totals, dict.fromkeys(totals, 0)
        self._tasks = {table: self._bar.add_task(table, total=total) for table, total in totals.items()}
        self._all = self._bar.add_task("all tables", total=sum(totals.values()))
        self._started = time.perf_counter()

    def __enter__(self) -> RunProgress:
        self._bar.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._bar.stop()

    def report(self, table: str, done: int, state: str) -> None:
        """A table has `done` of its days; it is running, done or failed."""
        label = {"running": "", "done": " [green]done[/green]", "failed": " [red]failed[/red]"}[state]
        news = state == "failed" or done > self._done[table]
        self._done[table] = max(done, self._done[table])
        self._bar.update(self._tasks[table], description=f"{table}{label}", completed=self._done[table])
        self._bar.update(self._all, completed=sum(self._done.values()))
        if self._by_line and news:
            err.print(self._line(table, state), highlight=False)

    def _line(self, table: str, state: str) -> str:
        done, total = sum(self._done.values()), sum(self._totals.values())
        rate = done / max(time.perf_counter() - self._started, 0.001)
        left = f", {(total - done) / rate:.0f} s left" if rate else ""
        own = "failed" if state == "failed" else f"{self._done[table]:,} of {self._totals[table]:,} days"
        return f"{table}: {own}; all: {done:,} of {total:,} partitions, {rate:.0f}/s{left}"
