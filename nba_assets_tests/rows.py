"""Rows in, rows out: runs a view's or a table's expression in DuckDB over rows written in the test.

Only the harness. Rows that many tests need are in `given.py`; what is true of a table is in the table's own test.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from functools import cache, cached_property
from typing import Any

import duckdb
import ibis
import ibis.expr.types as ir
import pyarrow as pa

from nba_assets.compile.dialects import to_sql
from nba_assets.compile.storage import stored
from nba_assets.contracts.checks import counted_in
from nba_assets.contracts.contract import Contract
from nba_assets.contracts.failures import failures_of
from nba_assets.contracts.read import Read, View
from nba_assets.contracts.table import Table

Row = Mapping[str, Any]
Rows = Iterable[Row]
Source = Contract | View


@cache
def schema_of(source: Source | Read) -> ibis.Schema:
    """The columns of a stored table, or of a view, as a function that reads them sees them."""
    if isinstance(source, Read):
        return schema_of(source.source)
    if isinstance(source, View):
        return source.build(**unbound({name: schema_of(given) for name, given in source.inputs.items()})).schema()
    return ibis.schema({c.name: "float64" if c.scale is not None else c.stored for c in source.columns})


def unbound(schemas: Mapping[str, ibis.Schema]) -> dict[str, ir.Table]:
    return {name: ibis.table(schema, name=name) for name, schema in schemas.items()}


class Query:
    """An expression over named inputs, compiled once, when it is first asked, and answered for any rows of them."""

    def __init__(self, build: Callable[..., ir.Table], inputs: Mapping[str, Source | Read | ibis.Schema]) -> None:
        self._build, self._inputs = build, inputs

    @cached_property
    def inputs(self) -> dict[str, ibis.Schema]:
        return {name: i if isinstance(i, ibis.Schema) else schema_of(i) for name, i in self._inputs.items()}

    @cached_property
    def _compiled(self) -> tuple[str, pa.Schema]:
        """Not as it is made: those of modules would be compiled by every process that only collects their tests."""
        rows = self._build(**unbound(self.inputs))
        return to_sql(rows, "duckdb"), rows.schema().to_pyarrow()

    @property
    def sql(self) -> str:
        return self._compiled[0]

    def __call__(self, **inputs: Rows) -> list[dict[str, Any]]:
        """The rows; an input that is not given is empty, a column that is not given NULL."""
        if unknown := inputs.keys() - self.inputs.keys():
            raise TypeError(f"no input {', '.join(unknown)}")
        for name, schema in self.inputs.items():
            _engine().register(name, _table(name, schema, inputs.get(name, ())))
        sql, types = self._compiled
        made = _engine().execute(sql).to_arrow_table()
        for name in self.inputs:
            _engine().unregister(name)
        # DuckDB adds whole numbers up into HUGEINT, unseen by Ibis.
        rows = made.cast(types).to_pylist()
        return [{name: _plain(value) for name, value in row.items()} for row in rows]


def rows_of(made: View | Table, **inputs: Rows) -> list[dict[str, Any]]:
    """The rows that a view or a table makes of its inputs' rows; a table's come cast to its contract, by its key."""
    return _query(made)(**inputs)


@cache
def _query(made: View | Table) -> Query:
    if isinstance(made, View):
        return Query(made.build, made.inputs)
    reads = {name: made.reads[name] for name in made.built_from}
    return Query(lambda **inputs: stored(made.build(**inputs), made).order_by(list(made.key)), reads)


def failed_of(made: Table, **inputs: Rows) -> list[dict[str, Any]]:
    """The failure records of whom the table has no row for, cast to their contract, by entity and date."""
    return _answer(made, _failed(made), inputs)


def skipped_of(made: Table, **inputs: Rows) -> list[dict[str, Any]]:
    """The dates on which the table builds nothing, with the reason."""
    assert made.population
    assert made.population.skipped
    return _answer(made, _part(made.population.skipped, made), inputs)


def broken_of(made: Table, check: str, rows: Rows, failures: Rows = (), **inputs: Rows) -> list[dict[str, Any]]:
    """What a check of the table finds in rows as they are stored."""
    query = _check(made, check)
    recorded = {"failures": failures} if "failures" in query.inputs else {}
    given = [{name: value for name, value in row.items() if name in query.inputs["rows"]} for row in rows]
    return _answer(made, query, inputs, rows=given, **recorded)


def _answer(made: Table, query: Query, inputs: Mapping[str, Rows], **more: Rows) -> list[dict[str, Any]]:
    """The query's answer; an input that only another part of the table reads is left aside."""
    if unknown := inputs.keys() - made.reads.keys():
        raise TypeError(f"no input {', '.join(unknown)}")
    return query(**{name: rows for name, rows in inputs.items() if name in query.inputs}, **more)


@cache
def _part(build: Callable[..., ir.Table], made: Table) -> Query:
    return Query(build, {name: made.reads[name] for name in inspect.signature(build).parameters})


@cache
def _failed(made: Table) -> Query:
    records = failures_of(made)
    assert records
    assert made.population
    assert made.population.failed
    build = made.population.failed

    def recorded(**inputs: ir.Table) -> ir.Table:
        found = build(**inputs).mutate(processor_name=ibis.literal(made.name))
        return stored(found, records).order_by("entity_id", "analysis_date")

    return Query(recorded, {name: made.reads[name] for name in inspect.signature(build).parameters})


@cache
def _check(made: Table, name: str) -> Query:
    check = next(check for check in counted_in(made) if check.name == name)
    inputs: dict[str, Source | Read | ibis.Schema] = {"rows": made} | {name: made.reads[name] for name in check.needs}
    if (records := failures_of(made)) and "failures" in inspect.signature(check.broken).parameters:
        inputs["failures"] = records
    return Query(check.broken, inputs)


def values_of(formula: Callable[..., ir.Value], types: str, *arguments: Any) -> list[Any]:
    """What a formula gives for each of `arguments`, a tuple or a single value; `types` are its parameters'."""
    names = [f"_{n}" for n in range(len(types.split()))]
    schema = ibis.schema({"nth": "int64", **dict(zip(names, types.split(), strict=True))})
    given = [argument if isinstance(argument, tuple) else (argument,) for argument in arguments]
    rows = [{"nth": n, **dict(zip(names, row, strict=True))} for n, row in enumerate(given)]

    def build(t: ir.Table) -> ir.Table:
        return t.select("nth", value=formula(*(t[name] for name in names))).order_by("nth")

    return [row["value"] for row in Query(build, {"t": schema})(t=rows)]


@cache
def _engine() -> duckdb.DuckDBPyConnection:
    """One connection for all queries: a new one takes longer than most of them."""
    connection = duckdb.connect(config={"threads": 1})
    connection.execute("SET TimeZone = 'UTC'")
    return connection


def _table(name: str, schema: ibis.Schema, rows: Rows) -> pa.Table:
    rows = list(rows)
    for row in rows:
        if unknown := row.keys() - set(schema):
            raise TypeError(f"{name} has no column {', '.join(sorted(unknown))}")
    arrow = schema.to_pyarrow()
    return pa.table({f.name: pa.array([row.get(f.name) for row in rows], f.type) for f in arrow}, schema=arrow)


def _plain(value: Any) -> Any:
    return float(value) if isinstance(value, Decimal) else value


def one(rows: Rows, **match: Any) -> dict[str, Any]:
    """The only row that has these values."""
    found = [row for row in rows if all(row[name] == value for name, value in match.items())]
    assert len(found) == 1, f"{len(found)} rows with {match}"
    return dict(found[0])


def told(rows: Rows, *names: str) -> list[tuple]:
    """Some columns of the rows, sorted, NULL first."""
    found = [tuple(row[name] for name in names) for row in rows]
    return sorted(found, key=lambda values: [(value is not None, value) for value in values])
