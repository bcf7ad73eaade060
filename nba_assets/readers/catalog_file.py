"""Catalog file: one small DuckDB database of views over the lake, for whatever opens such a file.

Every table is a view of its name with its comments, the reading views among them; one that is not built is empty and
has its columns. No rows are in the file: partitions that come later are seen, a table's first one once the file is
written anew.
"""

from __future__ import annotations

import glob
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from nba_assets.compile.reading import view_sql
from nba_assets.contracts.contract import Column, Contract
from nba_assets.contracts.errors import BadInput
from nba_assets.contracts.reading_view import ReadingView
from nba_assets.readers.catalog import readable
from nba_assets.warehouse.connection import connected
from nba_assets.warehouse.lake import FILE, Lake
from nba_assets.warehouse.lake_views import no_rows, quoted, sql_type
from nba_assets.warehouse.scratch import written_whole


@dataclass(frozen=True)
class Viewed:
    """A view of the file, and whether anything is stored behind it."""

    contract: Contract
    is_built: bool


def write_catalog(lake: Lake, file: Path) -> list[Viewed]:
    """Write the file, in place of an earlier one. Raises BadInput for a file that is something else."""
    _require_ours(file)
    with written_whole(file) as place, connected(os.fspath(place)) as connection:
        connection.begin()  # a comment by itself is on the disk before the next: of a thousand that takes seconds
        viewed = [_viewed(connection, lake, contract) for contract in readable()]
        connection.commit()
    return viewed


def _require_ours(file: Path) -> None:
    if not file.parent.is_dir():
        raise BadInput(f"{file}: there is no folder {file.parent}")
    if not file.exists():
        return
    if not file.is_file():  # a pipe would be waited for
        raise BadInput(f"{file} is there and is no file: name another")
    try:
        with connected(os.fspath(file), read_only=True) as connection:
            (tables,) = connection.execute("SELECT count(*) FROM duckdb_tables()").fetchone() or (0,)
    except duckdb.Error as error:
        raise BadInput(f"{file} is there and cannot be opened as a catalog: {str(error).splitlines()[0]}") from None
    if tables:
        raise BadInput(f"{file} is there and holds tables of its own: name another file")


def _viewed(connection: duckdb.DuckDBPyConnection, lake: Lake, contract: Contract) -> Viewed:
    name = f'"{contract.dataset}"."{contract.name}"'
    connection.execute(f'CREATE SCHEMA IF NOT EXISTS "{contract.dataset}"')
    if isinstance(contract, ReadingView):
        sql, is_built = view_sql(contract, "duckdb"), bool(lake.files(contract.dated_by, None))
    else:
        files = lake.files(contract, None)
        sql = _stored_sql(connection, lake, contract, files) if files else no_rows(contract)
        is_built = bool(files)
    told = contract.description if is_built else f"Not built when this file was written. {contract.description}"
    comments = [f'COMMENT ON COLUMN {name}."{of.name}" IS {quoted(comment(of))}' for of in contract.columns]
    view = f"CREATE VIEW {name} AS {sql}"
    connection.execute(";\n".join([view, f"COMMENT ON VIEW {name} IS {quoted(told)}", *comments]))
    return Viewed(contract, is_built)


def comment(column: Column) -> str:
    """What it means, and its unit."""
    return f"{column.meaning} [{column.told_unit}]" if column.told_unit else column.meaning


def _stored_sql(connection: duckdb.DuckDBPyConnection, lake: Lake, contract: Contract, files: Sequence[Path]) -> str:
    """The columns of all partitions that there are, and will be: by pattern, so that folders by date are told apart
    before any file is opened."""
    found = lake.stored(contract, None) if contract.partition_by else None
    depth = len(files[0].relative_to(lake.folder(contract)).parts) - 1
    below = ["*"] * depth
    if contract.partition_by:  # a copy that somebody has put beside a partition is none
        below[-1] = f"{contract.partition_by}=????-??-??"
    pattern = os.path.join(glob.escape(os.fspath(lake.folder(contract))), *below, FILE)
    options = ["hive_partitioning = false"]
    if contract.partition_by:
        options = ["hive_partitioning = true", f"hive_types = {{'{contract.partition_by}': DATE}}"]
    if found and found.older:  # of another schema than is declared
        options.append("union_by_name = true")
    rows = f"read_parquet({quoted(pattern)}, {', '.join(options)})"
    there = {name for name, *_ in connection.execute(f"DESCRIBE SELECT * FROM {rows}").fetchall()}
    return f"SELECT {', '.join(_columns(contract, there))} FROM {rows}"


def _columns(contract: Contract, there: set[str]) -> Iterator[str]:
    for column in contract.columns:
        value = f'"{column.name}"' if column.name in there else "NULL"
        yield f'CAST({value} AS {sql_type(column)}) AS "{column.name}"'
