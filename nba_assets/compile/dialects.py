"""SQL text of an Ibis expression, in an engine's dialect. Nothing here runs it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any, Literal

import ibis
import ibis.expr.types as ir
import sqlglot as sg
import sqlglot.expressions as sge
from ibis.backends.sql.compilers import BigQueryCompiler, DuckDBCompiler

from nba_assets.compile.plain_sql import plain
from nba_assets.compile.prune import pruned
from nba_assets.compile.stars import Starred
from nba_assets.compile.steps import LAST, in_steps

# Selects stay apart as they were written: fused, a value used three times is spelled out three times, and the
# compilation takes several times as long.
ibis.options.sql.fuse_selects = False

Dialect = Literal["duckdb", "bigquery"]


class _Clipped:
    """For both engines. The method's name and parameters are Ibis's."""

    def visit_Clip(self, op: Any, *, arg: Any, lower: Any, upper: Any) -> sge.Expression:  # noqa: N802
        """NULL stays NULL. Ibis asks for it before either bound, and so writes the value out four times, not three."""
        bounds = [(arg > upper, upper)] if upper is not None else []
        bounds += [(arg < lower, lower)] if lower is not None else []
        return sge.Case(ifs=[sge.If(this=beyond, true=bound) for beyond, bound in bounds], default=arg)


class _DuckDBCompiler(_Clipped, Starred, DuckDBCompiler):
    """Ibis's own, with stars."""


class _BigQueryCompiler(_Clipped, Starred, BigQueryCompiler):
    """Where Ibis 12 falls short of BigQuery. The methods' names and parameters are Ibis's."""

    def visit_HexDigest(self, op: Any, *, arg: sge.Expression, how: str) -> sge.Expression:  # noqa: N802
        """Ibis knows it on DuckDB only; BigQuery spells it TO_HEX(SHA256(x))."""
        return self.f.to_hex(getattr(self.f, how)(arg))

    def visit_Round(self, op: Any, *, arg: Any, digits: Any) -> sge.Expression:  # noqa: N802
        """To decimals by DuckDB's steps: of 1.15, a double just below it, they make 1.2, BigQuery's ROUND(x, 1) 1.1."""
        if not op.dtype.is_floating():
            return super().visit_Round(op, arg=arg, digits=digits)
        unit = sge.convert(10**op.digits.value)
        return self.f.round(sge.paren(arg) * unit) / unit

    def visit_LPad(self, op: Any, *, arg: Any, length: Any, pad: Any) -> sge.Expression:  # noqa: N802
        """Ibis pads to the greater of two lengths, which local-bigquery takes for no length at all."""
        return self.if_(self.f.length(arg) >= length, arg, self.f.lpad(arg, length, pad))

    def visit_NonNullLiteral(self, op: Any, *, value: Any, dtype: Any) -> Any:  # noqa: N802
        """A fraction as DuckDB takes it, to the digit: 15 * 0.44 is 6.6, and what is half of a last digit stays so."""
        text = repr(value)
        if dtype.is_floating() and re.fullmatch(r"-?\d+\.\d{1,9}", text) and not text.endswith(".0"):
            return sge.cast(sge.Literal.string(text), "DECIMAL")
        return super().visit_NonNullLiteral(op, value=value, dtype=dtype)

    def visit_ArrayFilter(self, op: Any, *, arg: Any, body: Any, param: Any, index: Any) -> sge.Expression:  # noqa: N802
        return self.f.array(self._in_order(param, arg, param, index).where(body))

    def visit_ArrayMap(self, op: Any, *, arg: Any, body: Any, param: Any, index: Any) -> sge.Expression:  # noqa: N802
        return self.f.array(self._in_order(body, arg, param, index))

    def _in_order(self, value: Any, array: Any, element: Any, index: Any) -> sge.Select:
        """`value` of each element, in the array's order: UNNEST by itself promises none, and Ibis asks for none."""
        place = index or sg.to_identifier("place")
        return sg.select(value).from_(self._unnest(array, as_=element, offset=place)).order_by(place)


_COMPILERS: dict[Dialect, Any] = {"duckdb": _DuckDBCompiler(), "bigquery": _BigQueryCompiler()}


def to_sql(rows: ir.Table, dialect: Dialect) -> str:
    """The query that gives `rows`, readable, without a connection."""
    return _text(_query(rows, dialect), dialect)


def to_script(rows: ir.Table, dialect: Dialect) -> str:
    """The query as it is sent: on BigQuery what is referenced more than once is a temporary table ahead of it."""
    query = _query(rows, dialect)
    return script_of(_steps(query, dialect)) or _text(query, dialect)


def script_of(steps: Iterable[Sequence[str]]) -> str:
    """Steps as one text to send: temporary tables, then the query that gives the rows."""
    return "\n\n".join(f"CREATE TEMP TABLE `{name}` AS\n{step};" if name != LAST else step for name, step in steps)


def in_both_forms(rows: ir.Table, dialect: Dialect) -> tuple[str, list[list[str]]]:
    """The query whole, and for BigQuery in steps that are each computed once: temporary tables by name, then what is
    left of the query, under no name."""
    query = _query(rows, dialect)
    return _text(query, dialect), _steps(query, dialect)


def _steps(query: sge.Query, dialect: Dialect) -> list[list[str]]:
    steps = in_steps(query) if dialect == "bigquery" else []
    return [[name, _text(step, dialect)] for name, step in steps]


def _query(rows: ir.Table, dialect: Dialect) -> sge.Query:
    query = plain(_COMPILERS[dialect].to_sqlglot(pruned(rows.unbind())))
    assert isinstance(query, sge.Query)
    return query


def _text(query: sge.Query, dialect: Dialect) -> str:
    return query.sql(dialect=_COMPILERS[dialect].dialect, pretty=True, indent=1, pad=1, max_text_width=120)
