"""Column lineage: which stored columns each column of a table comes from, derived from its expression.

Nobody writes lineage by hand here; a filter or a join condition does not count, only what a value is made of.
"""

from __future__ import annotations

from functools import cache

import ibis.expr.operations as ops
import ibis.expr.types as ir

Source = tuple[str, str, str]
"""Dataset, table and column."""


def column_sources(rows: ir.Table) -> dict[str, tuple[Source, ...]]:
    """For each column of `rows`, the stored columns it is computed from, sorted."""

    @cache
    def of_field(relation: ops.Relation, name: str) -> frozenset[Source]:
        if isinstance(relation, ops.UnboundTable):
            return frozenset({(relation.namespace.database or "", relation.name, name)})
        if isinstance(relation, ops.Set):
            return of_field(relation.left, name) | of_field(relation.right, name)
        value = relation.values.get(name) if hasattr(relation, "values") else None
        if value is None or (isinstance(value, ops.Field) and value.rel is relation):
            parent = getattr(relation, "parent", None)
            return of_field(parent, name) if parent is not None else frozenset()
        return of_value(value)

    @cache
    def of_value(value: ops.Node) -> frozenset[Source]:
        if isinstance(value, ops.Field):
            return of_field(value.rel, value.name)
        children = [c for c in value.__children__ if not isinstance(c, ops.Relation)]
        return frozenset().union(*(of_value(child) for child in children))

    relation = rows.op()
    return {name: tuple(sorted(of_field(relation, name))) for name in rows.columns}
