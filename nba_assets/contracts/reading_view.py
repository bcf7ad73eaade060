"""Reading views: what readers see beside the stored tables, as one expression over some of them.

Nothing is built from one. A view that tables are built from is declared with what they read.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import ibis.expr.types as ir

from nba_assets.contracts.contract import Contract


@dataclass(frozen=True, kw_only=True)
class ReadingView(Contract):
    """A contract as a table's, of rows that `build` makes of stored tables; the first of `inputs` says which dates
    there are, and each input is read for the dates that are asked for."""

    inputs: Mapping[str, Contract]
    build: Callable[..., ir.Table]

    @property
    def dated_by(self) -> Contract:
        return next(iter(self.inputs.values()))

    def __hash__(self) -> int:
        return hash(self.full_name)
