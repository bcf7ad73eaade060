"""Columns that nobody reads, left out of a query from the scan on.

A table's function passes whole rows along, which Ibis spells out step by step. What the result does not need is dropped
here before the SQL is written: the text is shorter, engines have less to plan, and BigQuery bills only what is read.
"""

from __future__ import annotations

from collections import defaultdict
from itertools import count
from typing import Any

import ibis.expr.operations as ops
import ibis.expr.types as ir
from ibis.common.graph import Graph
from ibis.common.patterns import replace
from ibis.expr.rewrites import p

Needed = dict[ops.Relation, set[str]]
"""For each relation, the columns that something above it reads."""


@replace(p.DropColumns)
def _drop_to_project(_: Any, **_context: Any) -> ops.Project:
    """Columns dropped become columns kept. Ibis makes a common table expression of a relation that is used twice, but
    not of one that drops columns: that it spells out each time, and what it is made of with it."""
    return ops.Project(_.parent, _.values)


def pruned(rows: ir.Table) -> ir.Table:
    """The same rows, made without the columns that they do not need."""
    root = rows.op().replace(_drop_to_project)
    needed = _needed(root)
    narrow = root.replace(lambda node, kwargs: _narrowed(node, kwargs, needed))
    return _in_steps(narrow).to_expr()


def _in_steps(root: ops.Relation) -> ops.Relation:
    """Each join under a name of its own, so that the query is a list of steps and not one in the other."""
    numbers = count(1)

    def named(node: ops.Node, kwargs: dict[str, Any] | None) -> ops.Node:
        node = node.__recreate__(kwargs) if kwargs else node
        if not isinstance(node, ops.JoinChain):
            return node
        return ops.AliasedRelation(parent=node, name=f"joined_{next(numbers)}")

    return root.replace(named)


def _needed(root: ops.Relation) -> Needed:
    """Each relation is looked at after all that read it, so that what they need of it is known."""
    needed: Needed = defaultdict(set)
    needed[root] = set(root.schema)
    in_order, _cycles = Graph.from_bfs(root).toposort()
    for node in reversed(list(in_order)):
        if isinstance(node, ops.Relation):
            for value in _values(node, needed[node]):
                _need(value, needed)
            for parent in _whole(node):
                needed[parent] |= set(parent.schema)
            for parent in _passed_through(node):
                needed[parent] |= needed[node] & set(parent.schema)
        elif isinstance(node, ops.CountDistinctStar):
            needed[node.arg] |= set(node.arg.schema)
    return needed


def _values(node: ops.Relation, wanted: set[str]) -> list[ops.Node]:
    """The expressions of a relation that are kept if these of its columns are."""
    match node:
        case ops.Project() | ops.JoinChain():
            kept: list[ops.Node] = list(_kept(node.values, wanted).values())
            return kept + (list(node.rest) if isinstance(node, ops.JoinChain) else [])
        case ops.Filter():
            return list(node.predicates)
        case ops.Sort():
            return list(node.keys)
        case ops.Aggregate():
            return [*node.groups.values(), *_kept(node.metrics, wanted).values()]
        case _:
            return []


def _need(value: ops.Node, needed: Needed) -> None:
    """Note the columns that an expression reads, without going into the relations that it reads them of."""
    for node in value.find((ops.Field, ops.Subquery), filter=_is_value):
        if isinstance(node, ops.Field):
            needed[node.rel].add(node.name)
        else:
            needed[node.rel] |= set(node.rel.schema)


def _whole(node: ops.Relation) -> list[ops.Relation]:
    """The relations of which every column counts: of sets for their order, of distinct rows for what makes them so."""
    if isinstance(node, ops.Set):
        return [node.left, node.right]
    if isinstance(node, ops.Project | ops.JoinChain | ops.Filter | ops.Sort | ops.Aggregate | ops.UnboundTable):
        return []
    return [] if _is_wrapper(node) else [node.parent] if hasattr(node, "parent") else []


def _passed_through(node: ops.Relation) -> list[ops.Relation]:
    """The relations whose columns a relation has under the same names, without values of its own."""
    return [node.parent] if isinstance(node, ops.Filter | ops.Sort) or _is_wrapper(node) else []


def _is_wrapper(node: ops.Relation) -> bool:
    return isinstance(node, ops.AliasedRelation | ops.JoinReference | ops.SelfReference | ops.Limit)


def _narrowed(node: ops.Node, kwargs: dict[str, Any] | None, needed: Needed) -> ops.Node:
    """The node over narrowed relations, with the values that are needed of it."""
    kwargs = dict(kwargs or zip(node.argnames, node.args, strict=True))
    if isinstance(node, ops.Project | ops.JoinChain):
        kwargs["values"] = _kept(kwargs["values"], needed[node])
    elif isinstance(node, ops.Aggregate):
        kwargs["metrics"] = _kept(kwargs["metrics"], needed[node])
    elif isinstance(node, ops.Field) and node.name not in kwargs["rel"].schema:
        return node  # of a value that is dropped itself
    return node.__recreate__(kwargs)


def _kept(values: Any, wanted: set[str]) -> dict[str, Any]:
    """The wanted of some named values, and those that make rows out of one; if there are none, the first."""
    kept = {name: value for name, value in values.items() if name in wanted or value.find(ops.Unnest, filter=_is_value)}
    return kept or dict(list(values.items())[:1])


def _is_value(node: ops.Node) -> bool:
    return not isinstance(node, ops.Relation)


def columns_read(rows: ir.Table) -> dict[str, set[str]]:
    """The columns of each stored table, by `dataset.table`, that the rows are made from."""
    root = rows.op().replace(_drop_to_project)
    found: dict[str, set[str]] = defaultdict(set)
    for node, names in _needed(root).items():
        if isinstance(node, ops.UnboundTable):
            found[f"{node.namespace.database}.{node.name}"] |= names
    return found
