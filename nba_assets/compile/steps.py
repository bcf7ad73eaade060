"""Steps of a query, each computed once: temporary tables, and what is left of the query.

BigQuery computes a query of a WITH clause anew for each reference to it, and those that it reads with it: a table
written over twelve others would scan 265. What is referenced more than once becomes a table of its own; what is
referenced once stays where it is. Only the form of a finished query belongs here; no table knows of it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

import sqlglot.expressions as sge

LAST = ""
"""The name of the step that gives the query's rows."""

Query = str | Sequence[tuple[str, str]]
"""A query as text, or as steps by name: temporary tables in order, then what gives its rows."""


def in_steps(query: sge.Query) -> list[tuple[str, sge.Query]]:
    """The temporary tables in the order in which they are to be made, by name, and the query that is left, `LAST`."""
    body = query.copy()
    parts = {cte.alias: cte.this for cte in body.ctes}
    body.set("with_", None)
    uses = Counter(name for part in (*parts.values(), body) for name in _read(part, parts))
    shared = [name for name in parts if uses[name] > 1]
    own = {name: part for name, part in parts.items() if uses[name] == 1}
    return [*((name, _with_its_own(parts[name], own)) for name in shared), (LAST, _with_its_own(body, own))]


def _read(part: sge.Query, parts: Mapping[str, sge.Query]) -> Iterator[str]:
    """The other parts that one reads, once for each reference."""
    return (table.name for table in part.find_all(sge.Table) if not table.db and table.name in parts)


def _with_its_own(query: sge.Query, own: Mapping[str, sge.Query]) -> sge.Query:
    """The query with those parts that nothing else reads, in their order."""
    found, ahead = set[str](), [query]
    while ahead:
        names = set(_read(ahead.pop(), own)) - found
        found |= names
        ahead += [own[name] for name in names]
    for name, part in own.items():
        if name in found:
            query = query.with_(sge.to_identifier(name, quoted=True), as_=part)
    return query


def split(query: Query) -> tuple[list[tuple[str, str]], str]:
    """The temporary tables that a query needs, in order, and what gives its rows."""
    if isinstance(query, str):
        return [], query
    return list(query[:-1]), query[-1][1]
