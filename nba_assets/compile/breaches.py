"""Examples of rows that break a check: what tells them apart, what the rule looked at, and what that should have been.

All is read off the check's own expression, so that no check says it twice. How many rows break it is counted elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import ibis
import ibis.expr.operations as ops
import ibis.expr.types as ir

from nba_assets.contracts.table import Table

SHOULD_BE = "should_be"
MOST_COLUMNS = 8
"""Of what a rule reads; one that reads more, such as that nothing is NULL, says only what should have been."""

_KEPT = {
    ops.Equals: "=",
    ops.IdenticalTo: "=",
    ops.NotEquals: "not",
    ops.Less: "<",
    ops.LessEqual: "<=",
    ops.Greater: ">",
    ops.GreaterEqual: ">=",
}
_BROKEN = {
    ops.Equals: "not",
    ops.NotEquals: "=",
    ops.Less: ">=",
    ops.LessEqual: ">",
    ops.Greater: "<=",
    ops.GreaterEqual: "<",
}
"""A comparison that a rule keeps, or that its broken rows are found by, as what should have been."""


def example_rows(broken: ir.Table, table: Table) -> ir.Table:
    """Of rows that break a check: their key, what the rule reads or has worked out, and what should have been."""
    found = broken.op()
    if isinstance(found, ops.Filter) and isinstance(found.parent, ops.Filter):
        found = found.parent  # the outer one is only of the dates
    rules = found.predicates if isinstance(found, ops.Filter) else ()
    own = {column.name for column in table.columns}
    worked_out = _few([name for name in broken.columns if name not in own])
    read = _read_by(rules) or _read_by(
        node for each in broken.op().find((ops.Filter, ops.JoinLink)) for node in each.predicates
    )
    key = [name for name in dict.fromkeys([str(table.partition_by), *table.key]) if name in broken.columns]
    shown = dict.fromkeys([*key, *_few([name for name in broken.columns if name in read & own]), *worked_out])
    columns: dict[str, ir.Value] = {name: broken[name] for name in shown}
    if told := [text for rule in rules for text in _said(rule, kept=False)]:
        # sqlglot writes an array whose first element has a query in it as ARRAY(query), which BigQuery takes for one.
        text = told[0] if len(told) == 1 else ibis.literal("; ").join(told)
        columns[SHOULD_BE] = _on(broken, found.parent, text)
    return broken.select(**columns).order_by(key)


def _read_by(rules: Iterable[ops.Node]) -> set[str]:
    return {field.name for rule in rules for field in rule.find(ops.Field, filter=ops.Value)}


def _few(names: list[str]) -> list[str]:
    return names if len(names) <= MOST_COLUMNS else []


def _said(rule: ops.Value, *, kept: bool) -> Iterator[ir.StringValue]:
    """What each part of a rule asks for, NULL where that part holds."""
    match rule:
        case ops.Not(arg=inner):
            yield from _said(inner, kept=not kept)
        case ops.And(left=left, right=right) | ops.Or(left=left, right=right) if isinstance(rule, ops.And) == kept:
            yield from _said(left, kept=kept)
            yield from _said(right, kept=kept)
        case _:
            if (text := _asked(rule, kept=kept)) is not None:
                holds = rule.to_expr()
                yield ibis.ifelse(~holds if kept else holds, text, ibis.null("string"))


def _asked(rule: ops.Value, *, kept: bool) -> ir.StringValue | None:
    match rule:
        case ops.NotNull(arg=ops.Field(name=name)) if kept:
            return ibis.literal(f"{name} is there")
        case ops.IsNull(arg=ops.Field(name=name)) if not kept:
            return ibis.literal(f"{name} is there")
        case ops.Between(arg=ops.Field(name=name), lower_bound=low, upper_bound=high) if kept:
            return ibis.literal(f"{name} from ") + _text(low) + " to " + _text(high)
        case ops.LessEqual(left=ops.Abs(arg=ops.Subtract(left=left, right=right)), right=most) if kept:
            given, other = (left, right) if isinstance(left, ops.Field) else (right, left)
            if isinstance(given, ops.Field):
                return ibis.literal(f"{given.name} within ") + _text(most) + " of " + _text(other)
        case ops.Comparison(left=ops.Field(name=name), right=right):
            if word := (_KEPT if kept else _BROKEN).get(type(rule)):
                return ibis.literal(f"{name} {word} ") + _text(right)
    return None


def _text(value: ops.Value) -> ir.StringValue:
    shown = value.to_expr()
    if isinstance(shown, ir.FloatingValue):
        shown = shown.round(6)
    return shown.cast("string").fill_null("nothing")


def _on(broken: ir.Table, parent: ops.Relation, value: ir.Value) -> ir.Value:
    """A value of the rows that the rule was asked of, of those that break it, which have the same columns."""
    names = {node: broken[node.name].op() for node in value.op().find(ops.Field) if node.rel == parent}
    return value.op().replace(names).to_expr()
