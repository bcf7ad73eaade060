"""The Dagster instance and the lake that a command works on, and what has to stand ready before it starts a run.

For all commands alike; what one of them does with an instance stands in its own module. Dagster and the tables are
imported only by what needs them: they take three seconds.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from nba_assets.cli import INTERRUPTED
from nba_assets.cli.terminal import at_work, bar, err, reporter
from nba_assets.contracts.errors import BadInput
from nba_assets.contracts.printable import printable
from nba_assets.orchestration.instance.opening import settle_home
from nba_assets.orchestration.processes.garbage import loading

if TYPE_CHECKING:
    from nba_assets.compile.dialects import Dialect
    from nba_assets.contracts.table import Table
    from nba_assets.warehouse.base import Warehouse


def settle_lake(lake: Path) -> None:
    """Say in the environment, for this process and those that it starts, where the lake is."""
    os.environ["NBA_LAKE"] = str(lake.resolve())


@contextmanager
def going_to_run(lake: Path, *, surely: bool = False) -> Iterator[None]:
    """What steps will be forked from loads beside whatever is done within; afterwards it is ended, used or not.

    One that surely runs something has it forked by `get_ready`; unless queries are to be compiled, which the two share.
    """
    from nba_assets.orchestration.processes import fork_server

    settle_lake(lake)
    settle_home()
    try:
        if not (surely and _are_compiled()):
            fork_server.start()
        yield
    finally:
        fork_server.stop()


@contextmanager
def said_afterwards() -> Iterator[None]:
    """Keep what other processes say on stderr until the run is over, and to itself if the run is cancelled.

    A terminal's Ctrl-C reaches every process of the run. Those that Dagster has tail its logs answer with a traceback
    each, in which the one line that matters would be lost.
    """
    shown, before = os.dup(2), sys.stderr
    with tempfile.TemporaryFile() as said, os.fdopen(shown, "w", buffering=1) as terminal:
        before.flush()
        try:
            os.dup2(said.fileno(), 2)
            err.file = terminal
            yield
        except typer.Exit as end:
            if end.exit_code == INTERRUPTED:
                said.truncate(0)
            raise
        finally:
            os.dup2(shown, 2)
            err.file = None  # type: ignore[assignment]  # whatever stderr is from now on, as at first
            said.seek(0)
            before.write(printable(said.read().decode(errors="replace")))
            before.flush()


def warehouse_at(lake: Path) -> Warehouse:
    """The warehouse that the settings choose, and the queries of its tables compiled. Raises BadInput where there is no
    data."""
    from nba_assets.audit.game_days import require_schedule
    from nba_assets.tables.registry import every_table

    warehouse = opened(lake)
    require_schedule(warehouse)
    compile_queries(every_table(), warehouse.dialect)
    return warehouse


def compile_queries(tables: Sequence[Table], dialect: Dialect) -> None:
    """With a bar: of all tables it takes half a minute, once for each state of the code."""
    from nba_assets.compile.ahead import compile_ahead, not_compiled

    if missing := not_compiled(tables, dialect):
        with bar(transient=True) as shown:
            report = reporter(shown)
            compile_ahead(missing, dialect, lambda done, of: report("queries compiled", done, of))


def _are_compiled() -> bool:
    with loading():
        from nba_assets.compile.ahead import not_compiled
        from nba_assets.tables.registry import every_table

        return not not_compiled(every_table(), dialect_chosen())


def get_ready(tables: Sequence[Table] = ()) -> None:
    """Have what steps are forked from, of this process now that it has loaded all; best for a run over `tables`."""
    from nba_assets.orchestration import launch

    with at_work.aside():
        launch.get_ready(tables)


def opened(lake: Path) -> Warehouse:
    """The warehouse that the settings choose, be there data in it or not."""
    from nba_assets.orchestration.resource import WarehouseResource

    settle_lake(lake)
    return WarehouseResource.from_environment().open()


def dialect_chosen() -> Dialect:
    """What the warehouse's SQL is written in, by the settings. Raises BadInput for an engine of no name."""
    if on_lake():
        return "duckdb"
    from nba_assets.orchestration.resource import WarehouseResource

    return WarehouseResource.from_environment().dialect


def on_lake() -> bool:
    """Whether the settings choose the lake: to ask the warehouse itself loads Dagster."""
    return (os.environ.get("NBA_WAREHOUSE") or "duckdb") == "duckdb"


def require_outside(lake: Path, output: Path | None) -> None:
    """Raises BadInput for a file to be written that is in the lake: a page could take a partition's place."""
    if output and on_lake() and output.resolve().is_relative_to(lake.resolve()):
        raise BadInput(f"--output: {output} is in the lake, which is only read")


def require_lake(lake: Path) -> None:
    """Raises BadInput where the warehouse is to be a lake and there is none at all."""
    if on_lake() and not lake.is_dir():
        raise BadInput(f"the lake {lake} is empty: fill the lake with `nba ingest DIR` or `nba simulate`")
