"""Ibis expression -> SQL text in an engine's dialect. Nothing here runs it."""

from __future__ import annotations

from typing import Any, Literal

import ibis
import ibis.expr.types as ir
import sqlglot.expressions as sge
from ibis.backends.sql.compilers import BigQueryCompiler, DuckDBCompiler

# Selects stay apart as they were written: fused, a value used three times is spelled out three times, and the
# compilation takes several times as long.
ibis.options.sql.fuse_selects = False

Dialect = Literal["duckdb", "bigquery"]


class _BigQueryCompiler(BigQueryCompiler):
    """Ibis 12 knows HexDigest on DuckDB only; BigQuery spells it TO_HEX(SHA256(x))."""

    def visit_HexDigest(self, op: Any, *, arg: sge.Expression, how: str) -> sge.Expression:  # noqa: N802 (Ibis's name)
        return self.f.to_hex(getattr(self.f, how)(arg))


_COMPILERS = {"duckdb": DuckDBCompiler(), "bigquery": _BigQueryCompiler()}


def to_sql(rows: ir.Table, dialect: Dialect) -> str:
    """The query that gives `rows`, readable, without a connection."""
    compiler = _COMPILERS[dialect]
    return compiler.to_sqlglot(rows.unbind()).sql(dialect=compiler.dialect, pretty=True)
