"""Read-only SQL over the warehouse, every table under its own name: in a lake each is a view.

Nothing can be written from here; how rows are printed is the command's.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import duckdb
import pyarrow as pa
import sqlglot
import sqlglot.expressions as sge

from nba_assets.compile.reading import stored_for, view_sql
from nba_assets.contracts.contract import Contract
from nba_assets.contracts.errors import BadInput, GaveWay
from nba_assets.contracts.reading_view import ReadingView
from nba_assets.readers.catalog import readable
from nba_assets.warehouse.base import QueryFailed, Warehouse
from nba_assets.warehouse.connection import connected
from nba_assets.warehouse.duckdb import MEMORY, DuckDBWarehouse, NotOneSelect, only_select
from nba_assets.warehouse.footers import no_rows
from nba_assets.warehouse.lake import Lake

SECONDS = 600.0
"""How long a query may run on a server."""

ROWS_AT_ONCE = 10_000
"""Of an answer that is written as it comes."""


@dataclass(frozen=True)
class Answer:
    """The rows of a query, as they come; no two columns have one name."""

    schema: pa.Schema
    parts: Iterator[pa.Table]

    @classmethod
    def of(cls, schema: pa.Schema, parts: Iterable[pa.Table], limit: int | None) -> Answer:
        names = _distinct(schema.names)
        renamed = (_readable(part.rename_columns(names)) for part in parts)
        told = _readable(no_rows(schema).rename_columns(names)).schema
        return cls(told, renamed if limit is None else _first(renamed, limit))

    def table(self) -> pa.Table:
        return pa.concat_tables([no_rows(self.schema), *self.parts])


@contextmanager
def answer(lake: Path, sql: str, limit: int | None = None) -> Iterator[Answer]:
    """The rows of one SELECT over a lake, the first `limit` of them.

    Raises BadInput for SQL that does not parse, is not one statement, would write, or names what is not there, and
    GaveWay where it takes more memory than it may.
    """
    if _SHOW_TABLES.fullmatch(sql.strip()):
        raise BadInput("every table is in a data set, where SHOW TABLES does not look: `nba tables` lists them")
    try:
        named = _named_in(sql)
        stored = dict.fromkeys(of for contract in named for of in stored_for(contract, None))
        with DuckDBWarehouse(Lake(lake)).connect(stored) as connection:
            for view in named:
                if isinstance(view, ReadingView):
                    connection.execute(f'CREATE VIEW "{view.dataset}"."{view.name}" AS {view_sql(view, "duckdb")}')
            select = only_select(connection, sql)
            _require_reading(connection, sql)
            at_once = min(ROWS_AT_ONCE if limit is None else max(limit, 1), ROWS_AT_ONCE)
            reader = connection.execute(select).to_arrow_reader(at_once)
            yield Answer.of(reader.schema, map(_as_table, reader), limit)
    except NotOneSelect as error:
        raise BadInput("nba query takes one SELECT: it only reads") from error
    except duckdb.OutOfMemoryException as error:  # the SQL may be right
        raise GaveWay(f"SQL: {_told(error)}; {MEMORY} says how much a query may take") from error
    except duckdb.Error as error:
        raise BadInput(f"SQL: {_told(error)}") from error
    except OverflowError as error:  # where it is written: infinity, and the years that Python does not have
        raise BadInput("SQL: a date or a time is of no year from 1 to 9999: cast it to VARCHAR") from error


@contextmanager
def answer_of_server(warehouse: Warehouse, sql: str, limit: int | None = None) -> Iterator[Answer]:
    """As `answer`, of a warehouse that is a server. Raises BadInput as it does."""
    rows = query_server(warehouse, sql, limit)
    yield Answer.of(rows.schema, [rows], None)


def query(lake: Path, sql: str, limit: int | None = None) -> pa.Table:
    """The rows of `answer` as one table."""
    with answer(lake, sql, limit) as found:
        return found.table()


def query_server(warehouse: Warehouse, sql: str, limit: int | None = None) -> pa.Table:
    """The rows of one SELECT on a server. Raises BadInput as `answer` does."""
    try:
        statements = sqlglot.parse(sql, dialect=warehouse.dialect)
        if len(statements) != 1 or not isinstance(select := statements[0], sge.Query):
            raise BadInput("nba query takes one SELECT: it only reads")
        known = {contract.full_name: contract for contract in readable()}
        inputs: dict[Contract, None] = {}
        for table in list(select.find_all(sge.Table)):
            contract = None if table.catalog else known.get(f"{table.db}.{table.name}")
            inputs.update(dict.fromkeys(stored_for(contract, None) if contract else ()))
            if isinstance(contract, ReadingView):  # the server need not have it
                query = sqlglot.parse_one(view_sql(contract, warehouse.dialect), dialect=warehouse.dialect)
                assert isinstance(query, sge.Query)
                table.replace(query.subquery(table.alias or contract.name))
        asked = select.sql(dialect=warehouse.dialect, identify=True)  # quoted, as the engine knows its own tables
        if limit is not None and not select.args.get("limit"):  # what is not shown is not sent
            asked += f"\nLIMIT {limit}"
        return warehouse.fetch(asked, inputs, SECONDS).slice(0, limit)
    except (sqlglot.errors.SqlglotError, QueryFailed) as error:
        raise BadInput(f"SQL: {str(error).splitlines()[0]}") from error


_ACTING = re.compile(r"(?:en|dis)able_\w+|(?:force_)?checkpoint|truncate_\w+|query(?:_table)?|json_execute_\w+", re.I)
"""Functions of DuckDB that a SELECT can call and that do something: write a log or a profile, run a text as SQL."""


_SHOW_TABLES = re.compile(r"SHOW\s+TABLES\s*;?", re.I)


def _require_reading(connection: duckdb.DuckDBPyConnection, sql: str) -> None:
    """Raises BadInput for a SELECT that calls a function which does more than read."""
    (parsed,) = connection.execute("SELECT json_serialize_sql(?)", [sql]).fetchone() or ("",)
    for name in re.findall(r'"function_name":"([^"]*)"', parsed):
        if _ACTING.fullmatch(name):
            raise BadInput(f"nba query takes one SELECT: it only reads, which {name} does not")


def _named_in(sql: str) -> list[Contract]:
    """The tables and views that the SQL names; all when it names none or another, since it may ask the catalog."""
    every = {contract.full_name: contract for contract in readable()}
    with connected() as connection:
        if len(connection.extract_statements(sql)) != 1:
            return []
        try:
            names = connection.get_table_names(sql, qualified=True)
        except duckdb.Error:  # it looks for the columns of a USING in tables that are not there yet
            names = set()
    if names and names <= set(every):
        return [every[name] for name in names]
    return [of for of in every.values() if of.name in sql or not isinstance(of, ReadingView)]


def _told(error: duckdb.Error) -> str:
    """What is wrong, and in the same line what was probably meant."""
    first, *others = str(error).splitlines()
    return " ".join([first, *(line for line in others if line.startswith(("Did you mean", "Candidate")))])


def _as_table(batch: pa.RecordBatch) -> pa.Table:
    return pa.Table.from_batches([batch])


def _readable(part: pa.Table) -> pa.Table:
    """Spans of time in words, as DuckDB prints them; Arrow has them as three numbers, which no format can tell."""
    spans = [
        name for name, kind in zip(part.schema.names, part.schema.types, strict=True) if pa.types.is_interval(kind)
    ]
    if spans:
        with connected() as connection:
            words = connection.from_arrow(part.select(spans)).project("COLUMNS(*)::VARCHAR").to_arrow_table()
        for name in spans:
            part = part.set_column(part.schema.names.index(name), name, words[name])
    return part


def _first(parts: Iterable[pa.Table], limit: int) -> Iterator[pa.Table]:
    for part in parts if limit > 0 else ():
        yield part.slice(0, limit)
        limit -= part.num_rows
        if limit <= 0:
            return


def _distinct(names: Sequence[str]) -> list[str]:
    """Names, those that have come before with a number after them."""
    found: list[str] = []
    for name in names:
        numbered = (f"{name}_{number}" for number in count(2))
        found.append(name if name not in found else next(free for free in numbered if free not in (*found, *names)))
    return found
