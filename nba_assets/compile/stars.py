"""Selected columns written as `t.*` where most of a relation is selected, so that a query reads as it was meant.

Ibis spells out every column of every step: of a table with ninety columns, three quarters of the text. Only how a list
of columns is written belongs here; stored tables are spelled out, since the order of their columns is the storage's.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import ibis.expr.operations as ops
import sqlglot.expressions as sge

LEAST_COLUMNS = 4
"""A shorter run of columns is spelled out."""


class _Run(NamedTuple):
    """Columns of one relation in its order: how many are selected, those left out, those with another value."""

    length: int
    left_out: list[str]
    replaced: list[str]


class Starred:
    """An Ibis compiler that writes runs of columns as stars. The methods' names and parameters are Ibis's."""

    def visit_Select(self, op: Any, *, parent: Any, selections: Any, **rest: Any) -> Any:  # noqa: N802
        made = super().visit_Select(op, parent=parent, selections=selections, **rest)  # type: ignore[misc]
        if selections and not op.is_star_selection():
            made.set("expressions", self._starred(op.selections, selections))
        return made

    def visit_JoinChain(self, op: Any, *, first: Any, rest: Any, values: Any) -> Any:  # noqa: N802
        made = super().visit_JoinChain(op, first=first, rest=rest, values=values)  # type: ignore[misc]
        made.set("expressions", self._starred(op.values, values))
        return made

    def _starred(self, values: Mapping[str, ops.Value], written: Mapping[str, Any]) -> list[Any]:
        """The select list: `values` by name, and how each is `written` by itself."""
        names = list(values)
        found: list[Any] = []
        place = 0
        while place < len(names):
            run = _run(values, names[place:])
            if run is None:
                name = names[place]
                found += self._cleanup_names({name: written[name]})  # type: ignore[attr-defined]
                place += 1
                continue
            replaced = [sge.alias_(written[name], name, quoted=True) for name in run.replaced]
            star = sge.Star(
                **(
                    {"except_": [sge.to_identifier(name, quoted=True) for name in run.left_out]} if run.left_out else {}
                ),
                **({"replace": replaced} if replaced else {}),
            )
            found.append(sge.Column(this=star, table=written[names[place]].args["table"].copy()))
            place += run.length
        return found


def _run(values: Mapping[str, ops.Value], names: list[str]) -> _Run | None:
    """The run that begins with the first of `names`, None if there is none worth a star."""
    relation = _origin(values[names[0]], names[0])
    if relation is None or _is_stored(relation):
        return None
    left_out: list[str] = []
    replaced: list[str] = []
    length = 0
    for column in relation.schema:
        if length < len(names) and names[length] == column:
            if _origin(values[column], column) is not relation:
                replaced.append(column)
            length += 1
        else:
            left_out.append(column)
    kept = length - len(replaced)
    return _Run(length, left_out, replaced) if kept >= LEAST_COLUMNS and kept > 2 * len(left_out) else None


def _origin(value: ops.Value, name: str) -> ops.Relation | None:
    """The relation whose column `value` is, under its own name."""
    return value.rel if isinstance(value, ops.Field) and value.name == name else None


def _is_stored(relation: ops.Relation) -> bool:
    while not isinstance(relation, ops.UnboundTable):
        inner = getattr(relation, "parent", None)
        if inner is None or isinstance(relation, ops.Aggregate | ops.Project):
            return False
        if list(inner.schema) != list(relation.schema):
            return False
        relation = inner
    return True
