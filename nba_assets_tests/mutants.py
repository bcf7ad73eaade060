"""Mutation trial: one small change at a time to the modules that say what tables are, then their tests; what goes
unnoticed is printed.

python -m nba_assets_tests.mutants CHANGES SEED [FILE_OR_FOLDER ...]

A change is an operator, a constant or an aggregate turned into its neighbour. Columns and types are left alone. Which
tests there are, and what they say, is theirs. The checkout is not touched: each worker changes a copy of its own.
What was noticed is remembered for as long as the module stays as it is, so a trial goes on where it was stopped, and
tests added since are tried on what passed.
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import hashlib
import importlib
import os
import random
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, replace
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
WHERE = (
    "nba_assets/basketball",
    "nba_assets/contracts/checks.py",
    "nba_assets/contracts/quality.py",
    "nba_assets/tables/conformed",
    "nba_assets/tables/analytics",
    "nba_assets/tables/precompute",
    "nba_assets/tables/predictions",
)
KEPT = ROOT / "build" / "mutants.txt"
"""A line for each change that a test noticed."""

EVERY = ("-m", "slow or not slow")
"""A module's own tests are run whatever their mark: those of the predictions' tables are not among the fast ones."""

TESTS = tuple(f"nba_assets_tests/{folder}" for folder in ("basketball", "contracts", "tables"))
SLOW_IMPORTS = ("duckdb", "hypothesis", "ibis.backends.sql.compilers", "pyarrow", "pytest", "filelock")
"""What all tests import and no change touches: imported once, before a process is forked for each change."""

FAILED = Path("failed.txt")
"""In a worker's copy: the test that noticed the change at hand."""

FIRST = 3
"""So many tests that noticed a module's earlier changes go before all others."""

SECONDS = 900
"""A change after which the tests take longer is noticed. Of CPU: on a busy machine whatever passes takes that long."""

OPERATORS: dict[type[ast.AST], tuple[str, str]] = {
    ast.Lt: ("<", "<="),
    ast.LtE: ("<=", "<"),
    ast.Gt: (">", ">="),
    ast.GtE: (">=", ">"),
    ast.Eq: ("==", "!="),
    ast.NotEq: ("!=", "=="),
    ast.Add: ("+", "-"),
    ast.Sub: ("-", "+"),
    ast.Mult: ("*", "/"),
    ast.Div: ("/", "*"),
    ast.BitAnd: ("&", "|"),
    ast.BitOr: ("|", "&"),
}
NAMES = {
    "max": "min",
    "min": "max",
    "sum": "mean",
    "mean": "sum",
    "left_join": "inner_join",
    "notnull": "isnull",
    "isnull": "notnull",
    "desc": "asc",
}


@dataclass(frozen=True)
class Change:
    """Bytes `start` to `end` of a file, relative to the checkout, become `text`."""

    file: str
    line: int
    start: int
    end: int
    old: str
    text: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line} {self.old.strip()} -> {self.text.strip()}"

    @property
    def mark(self) -> str:
        """The change on one line, and the module that it was made in by its content."""
        content = hashlib.sha256((ROOT / self.file).read_bytes()).hexdigest()[:12]
        return f"{content} {self.file}:{self.start}-{self.end} {self.text.split()}"


def changes_of(file: str, source: str) -> Iterator[Change]:
    lines = source.encode().splitlines(keepends=True)
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line))

    def change(node: ast.AST, start: int, end: int, text: str) -> Change:
        return Change(file, node.lineno, start, end, source.encode()[start:end].decode(), text)  # type: ignore[attr-defined]

    def first(node: ast.expr) -> int:
        return starts[node.lineno - 1] + node.col_offset

    def last(node: ast.expr) -> int:
        return starts[(node.end_lineno or 0) - 1] + (node.end_col_offset or 0)

    tree = ast.parse(source)
    words = {id(part) for node in ast.walk(tree) for left in _left_alone(node) for part in ast.walk(left)}
    for node in ast.walk(tree):
        if id(node) in words:
            continue
        match node:
            case ast.BinOp(left=left, op=op, right=right) | ast.Compare(left=left, ops=[op], comparators=[right]):
                old, new = OPERATORS.get(type(op), ("", ""))
                between = source.encode()[last(left) : first(right)].decode()
                if old and old in between and not isinstance(left, ast.Constant | ast.JoinedStr):
                    yield change(node, last(left), first(right), between.replace(old, new, 1))
            case ast.Constant(value=bool(value)):
                yield change(node, first(node), last(node), repr(not value))
            case ast.Constant(value=int(value) | float(value)):
                yield change(node, first(node), last(node), repr(value + 1))
            case ast.Attribute(attr=name) if name in NAMES:
                yield change(node, last(node) - len(name), last(node), NAMES[name])


def _left_alone(node: ast.AST) -> list[ast.AST]:
    """Columns, and types: nothing is computed by them."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Column":
        return [node]
    return [part for name in ("annotation", "returns") if (part := getattr(node, name, None))]


def drawn(where: Iterable[str], count: int, seed: int) -> list[Change]:
    paths = [ROOT / name for name in where]
    files = [file for path in paths for file in ([path] if path.suffix else sorted(path.rglob("*.py")))]
    every = [change for file in files for change in changes_of(str(file.relative_to(ROOT)), file.read_text())]
    random.Random(seed).shuffle(every)
    _say(f"{min(count, len(every))} of {len(every)} changes, seed {seed}")
    return every[:count]


def own_tests(file: str) -> list[str]:
    """The tests of a module: of its name, and others that import it; else those of the modules that import it. Then
    those of its group's checks: most changes are noticed there. Rules have no group: the last resort is all checks."""
    module, name = Path(file), _dotted(Path(file))
    users = (path for path in sorted(Path("nba_assets").rglob("*.py")) if name in _imported(path))
    own = _tests_of(module, name) or [test for user in users for test in _tests_of(user, _dotted(user))]
    every = sorted(Path("nba_assets_tests").rglob("test_checks.py"))
    of_group = [test for test in every if _folder(module).is_relative_to(test.parent)]
    return [str(test) for test in dict.fromkeys([*own, *of_group]) or every]


def _tests_of(module: Path, name: str) -> list[Path]:
    """Those of its name, and others that import it, or that import rows beside them that do."""
    named = [test for test in sorted(_folder(module).glob(f"test_{module.stem}*.py")) if str(test).startswith(TESTS)]
    tests = (test for folder in TESTS for test in sorted(Path(folder).rglob("test_*.py")))
    return [*named, *(test for test in tests if test.stem != "test_checks" and name in _imported(test) | _beside(test))]


def _folder(module: Path) -> Path:
    """Where its tests are."""
    return Path("nba_assets_tests", *module.parts[1:-1])


def _dotted(file: Path) -> str:
    return ".".join(file.with_suffix("").parts)


@cache
def _beside(test: Path) -> frozenset[str]:
    rows = [path for path in test.parent.glob("*.py") if path != test and _dotted(path) in _imported(test)]
    return frozenset().union(*(_imported(path) for path in rows))


@cache
def _imported(file: Path) -> frozenset[str]:
    """Dotted names that a file imports; `from a import b` is `a` and `a.b`."""
    froms = [node for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.ImportFrom) and node.module]
    return frozenset(f"{node.module}{each}" for node in froms for each in ("", *(f".{a.name}" for a in node.names)))


_noticed_by: dict[str, list[str]] = {}
"""Of what this worker has tried, by module, the tests that noticed a change, the latest first."""


def noticed(change: Change, own: bool) -> bool:
    """Whether a test fails with the change made in the worker's copy of the project, which is the current folder.

    What noticed another change of the same module goes first: it often is the one that notices this.
    """
    path, first, before = Path(change.file), own_tests(change.file), _noticed_by.setdefault(change.file, [])
    kept, times = path.read_bytes(), path.stat()
    path.write_bytes(kept[: change.start] + change.text.encode() + kept[change.end :])
    FAILED.unlink(missing_ok=True)
    try:
        child = os.fork()
        if not child:
            _run([*EVERY, *before] if before else (), [*EVERY, *first], () if own else TESTS)
        failed = os.waitpid(child, 0)[1] != 0
    finally:
        path.write_bytes(kept)
        os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
    if failed and FAILED.exists():
        test = FAILED.read_text()
        before[:] = [test, *(other for other in before if other != test)][:FIRST]
    return failed


class _NoteFailed:
    """Leaves the name of a test that failed."""

    def pytest_runtest_logreport(self, report: Any) -> None:
        if report.failed:
            FAILED.write_text(report.nodeid)


def _run(*turns: Sequence[str]) -> None:
    """Runs tests of the current folder, one turn after the other, in this process, which ends with it: 0 is all passed.

    In turns, because pytest drops a file from its arguments where a folder stands that has it.
    """
    import pytest

    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    for name in [name for name in sys.modules if name.split(".")[0] in ("nba_assets", "nba_assets_tests")]:
        del sys.modules[name]
    with open(os.devnull, "w") as nowhere, contextlib.redirect_stdout(nowhere), contextlib.redirect_stderr(nowhere):
        code = 1
        try:
            options = ["-q", "-x", "-p", "no:cacheprovider", "-p", "no:xdist"]
            code = next(filter(None, (pytest.main([*options, *tests], [_NoteFailed()]) for tests in turns if tests)), 0)
        finally:
            os._exit(int(code))


def _begin(copies: str) -> None:
    """A worker's copy of the project, with its compiled modules: a change is never compiled into them."""
    copy = Path(tempfile.mkdtemp(dir=copies))
    for folder in ("nba_assets", "nba_assets_tests"):
        shutil.copytree(ROOT / folder, copy / folder)
    shutil.copy(ROOT / "pyproject.toml", copy)
    os.chdir(copy)
    sys.path.insert(0, str(copy))
    sys.dont_write_bytecode = True
    for name in SLOW_IMPORTS:
        importlib.import_module(name)


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("changes", type=int)
    parser.add_argument("seed", type=int)
    parser.add_argument("where", nargs="*", default=WHERE)
    parser.add_argument("--own", action="store_true", help="only the tests of the changed module and of its checks")
    parser.add_argument("--workers", type=int, default=2)
    given = parser.parse_args()
    every, unnoticed = drawn(given.where, given.changes, given.seed), 0
    KEPT.parent.mkdir(exist_ok=True)
    known = set(KEPT.read_text().splitlines()) if KEPT.exists() else set()
    changes = [change for change in every if change.mark not in known]
    count, before = len(changes), len(every) - len(changes)
    if before:
        _say(f"{before} noticed before")
    with tempfile.TemporaryDirectory() as copies, KEPT.open("a", buffering=1) as kept:
        pool = ProcessPoolExecutor(given.workers, get_context("fork"), _begin, (copies,))
        if (
            changes
            and not given.own
            and pool.submit(noticed, replace(changes[0], start=0, end=0, text=""), given.own).result()
        ):
            sys.exit("a test fails without any change: mend it first")
        tried = {pool.submit(noticed, change, given.own): change for change in changes}
        for done, trial in enumerate(as_completed(tried), 1):
            if trial.result():
                kept.write(f"{tried[trial].mark}\n")
            else:
                unnoticed += 1
                _say(f"not noticed: {tried[trial]}")
            if done % 10 == 0 or done == count:
                _say(f"{before + done - unnoticed} noticed, {unnoticed} not")
        pool.shutdown()


if __name__ == "__main__":
    main()
