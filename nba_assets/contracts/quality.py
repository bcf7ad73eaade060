"""Data quality of a row: a tier and codes that say how good its sources were. They never keep a row out.

Which sources make a tier, and which codes there are, stands with each table.
"""

from __future__ import annotations

from collections.abc import Mapping

import ibis
import ibis.expr.types as ir

GOLD, SILVER, BRONZE = "gold", "silver", "bronze"


def issues(codes: Mapping[str, ir.BooleanValue]) -> ir.ArrayValue:
    """The codes whose condition is true, in the order given."""
    found = [condition.fill_null(False).ifelse(code, ibis.null("string")) for code, condition in codes.items()]
    return ibis.array(found).filter(lambda code: code.notnull())


def listed(names: Mapping[str, ir.BooleanValue], separator: str) -> ir.StringValue:
    """The names whose condition is true as one text, NULL where there is none."""
    return issues(names).join(separator).nullif("")
