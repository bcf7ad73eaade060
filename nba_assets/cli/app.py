"""The `nba` command: what people type on a game night, put together from one module a command.

A command's arguments, its call and its printing stand in the module of its name; here is only their order in the help.
Exit codes: 0 all is good, 1 something is not, 2 the input was wrong and nothing was done, 130 it was cancelled.
"""

from __future__ import annotations

import sys
import traceback
from importlib.metadata import version
from typing import Annotated

import typer

from nba_assets.cli.backfill import backfill
from nba_assets.cli.bigquery import bigquery
from nba_assets.cli.cascade import cascade
from nba_assets.cli.catalog import catalog
from nba_assets.cli.changes import changes
from nba_assets.cli.compare import compare
from nba_assets.cli.datapackage import datapackage
from nba_assets.cli.describe import describe, tables
from nba_assets.cli.emit import emit
from nba_assets.cli.estimate import estimate
from nba_assets.cli.explain import explain
from nba_assets.cli.export import export, import_
from nba_assets.cli.grade import grade
from nba_assets.cli.ingest import ingest
from nba_assets.cli.lineage import lineage
from nba_assets.cli.materialize import materialize
from nba_assets.cli.plan import plan
from nba_assets.cli.predict import predict
from nba_assets.cli.prune import prune
from nba_assets.cli.query import query
from nba_assets.cli.replay import replay
from nba_assets.cli.report import report
from nba_assets.cli.shell import shell
from nba_assets.cli.simulate import simulate
from nba_assets.cli.status import status
from nba_assets.cli.terminal import at_work, err, log_to_terminal, out, settle_streams
from nba_assets.cli.train import train
from nba_assets.cli.upgrade import upgrade
from nba_assets.cli.verify import verify
from nba_assets.contracts.errors import BadInput, GaveWay
from nba_assets.contracts.printable import one_line, printable

COMMANDS = (
    ingest,
    emit,
    simulate,
    materialize,
    plan,
    backfill,
    upgrade,
    train,
    estimate,
    replay,
    compare,
    predict,
    grade,
    status,
    verify,
    explain,
    cascade,
    lineage,
    tables,
    describe,
    report,
    query,
    shell,
    catalog,
    changes,
    export,
    import_,
    datapackage,
    prune,
)
"""In the order of the help: how data comes in, how tables are built, how they are looked at."""

app = typer.Typer(no_args_is_help=True, rich_markup_mode="markdown", pretty_exceptions_enable=False)


def _print_version(wanted: bool) -> None:
    if wanted:
        out.print(f"nba_assets {version('nba_assets')}", highlight=False)
        raise typer.Exit


@app.callback()
def nba(
    context: typer.Context,
    _: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Raw NBA data in, the daily tables that prop-betting models read out."""
    at_work.start(f"nba {context.invoked_subcommand}")
    context.call_on_close(at_work.over)


for command in COMMANDS:
    app.command(command.__name__.rstrip("_"))(command)
app.add_typer(bigquery, name="bigquery")


def main() -> None:
    """Run the command; bad input is one line and exit code 2, and what gave way meanwhile one and exit code 1."""
    settle_streams()
    log_to_terminal()
    try:
        app()
    except Exception as error:
        is_one_line = isinstance(error, BadInput | GaveWay)
        if not is_one_line and not _of_the_machine(error):  # as Python does, but nothing is obeyed
            sys.stderr.write(printable(traceback.format_exc()))
            sys.exit(1)
        told = str(error) if is_one_line else next(iter(str(error).splitlines()), type(error).__name__)
        err.print(one_line(f"nba: {told}"), style="red", highlight=False)
        sys.exit(2 if isinstance(error, BadInput) else 1)


def _of_the_machine(error: Exception) -> bool:
    """Whether it is nobody's mistake in here: a full or read-only disk, a file that is not ours, too little memory,
    what a server refuses."""
    import duckdb

    from nba_assets.warehouse.base import QueryFailed, QueryTimeout, TransientError

    # By name: to load Google's libraries for a look at their exceptions takes half a second.
    of_google = type(error).__module__.startswith(("google.api_core.", "google.auth."))
    of_engines = (duckdb.OperationalError, QueryFailed, QueryTimeout, TransientError)
    return of_google or isinstance(error, (OSError, MemoryError, *of_engines))
