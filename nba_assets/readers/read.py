"""Reading from Python: `nba_assets.read`, the rows of a table or view as Arrow, pandas or Polars, on either engine.

What it raises is BadInput of a kind, so that a program can tell a name that is wrong from dates that are not built.
SQL has a function of its own.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import pyarrow as pa

from nba_assets.audit.game_days import Calendar
from nba_assets.compile.dialects import Dialect
from nba_assets.compile.reading import read_sql, stored_for
from nba_assets.contracts.calendar import Window, today
from nba_assets.contracts.contract import Contract
from nba_assets.contracts.errors import BadInput
from nba_assets.readers.catalog import dates_of, find, require_columns
from nba_assets.warehouse.base import Warehouse
from nba_assets.warehouse.duckdb import DuckDBWarehouse
from nba_assets.warehouse.lake import Lake

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl

SECONDS = 600.0


class NotBuilt(BadInput):
    """Dates that were asked for are not there."""


@dataclass(frozen=True)
class Rows:
    """Rows of a table in order of date and key: `arrow` as they are stored, each field with its meaning and unit.

    Whatever takes Arrow takes this too: `polars.DataFrame(rows)`, `duckdb.arrow(rows.arrow)`.
    """

    contract: Contract
    arrow: pa.Table

    def to_pandas(self) -> pd.DataFrame:
        """As pandas has it: decimals as floats, dates as timestamps, whole numbers with a NULL as floats."""
        return _floats(self.arrow).to_pandas(date_as_object=False)

    def to_polars(self) -> pl.DataFrame:
        """As Polars has it, decimals as floats."""
        import polars

        found = polars.from_arrow(_floats(self.arrow))
        assert isinstance(found, polars.DataFrame)
        return found

    @property
    def units(self) -> dict[str, str]:
        """The unit of each column that has one."""
        named = {name: self.contract.column(name).told_unit for name in self.arrow.column_names}
        return {name: unit for name, unit in named.items() if unit}

    def __len__(self) -> int:
        return int(self.arrow.num_rows)

    def __repr__(self) -> str:
        return f"<{self.contract.full_name}: {len(self):,} rows, {self.arrow.num_columns} columns>"

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self.arrow.__arrow_c_stream__(requested_schema)


def read(
    table: str,
    start: date | str | None = None,
    end: date | str | None = None,
    columns: Sequence[str] | None = None,
    *,
    engine: str | None = None,
    lake: str | Path | None = None,
    partial: bool = False,
) -> Rows:
    """Rows of a table or view by its name, with or without the data set, from `start` to `end`, both included.

    Without dates it gives all there is. `engine` is `duckdb` or `bigquery`, else as `NBA_WAREHOUSE` says; `lake` is a
    folder, else as `NBA_LAKE` says. Raises UnknownTable, NoSuchColumn, and NotBuilt where nothing is stored or where a
    date with games is not, of those asked for until today; `partial` gives what there is of them.
    """
    contract = find(table)
    names = _names(contract, columns)
    warehouse = opened(engine, lake)
    window = _window(warehouse, contract, _date(start, "start"), _date(end, "end"), partial)
    return rows_of(warehouse, contract, window, names)


def _names(contract: Contract, columns: Sequence[str] | None) -> list[str]:
    """The columns that are asked for, or all."""
    if columns is None:
        return list(contract.schema().names)
    if isinstance(columns, str):
        raise BadInput(f"columns: give a list, as [{columns!r}]")
    if not (names := list(columns)):
        raise BadInput("columns: the list names none; leave it out for all")
    require_columns(contract, names)
    if twice := [name for name, times in Counter(names).items() if times > 1]:
        raise BadInput(f"columns: {twice[0]!r} is named twice")
    return names


def rows_of(warehouse: Warehouse, contract: Contract, window: Window | None, columns: Sequence[str]) -> Rows:
    """What is stored of some dates, or of all."""
    sql = read_sql(contract, window, columns, warehouse.dialect)
    found = warehouse.fetch(sql, stored_for(contract, window), SECONDS)
    schema = pa.schema([_field(contract, name) for name in columns])
    return Rows(contract, found.select(schema.names).cast(schema).replace_schema_metadata(None))


def opened(engine: str | None, lake: str | Path | None) -> Warehouse:
    """The warehouse; Dagster is loaded for a server only. Raises BadInput for an engine or a lake there is none of."""
    if engine and engine not in (known := get_args(Dialect)):
        raise BadInput(f"engine: {engine!r} is none of {', '.join(known)}")
    engine = engine or os.environ.get("NBA_WAREHOUSE") or "duckdb"
    if engine == "duckdb":
        root = Path(lake or os.environ.get("NBA_LAKE") or "lake")
        if not root.is_dir():
            raise BadInput(f"lake: there is no folder {root}")
        return DuckDBWarehouse(Lake(root.resolve()))
    from nba_assets.orchestration.resource import WarehouseResource

    return WarehouseResource.from_environment().model_copy(update={"engine": engine}).open()


def _window(
    warehouse: Warehouse, contract: Contract, start: date | None, end: date | None, partial: bool
) -> Window | None:
    """The dates to read, None for all. Raises NotBuilt."""
    if contract.partition_by is None:
        if start or end:
            raise BadInput(f"{contract.full_name} has no dates: it is stored whole")
        return None
    if not (stored := warehouse.dates(source := dates_of(contract))):
        if partial:
            return Window(start or date.min, end or date.max)
        raise NotBuilt(f"nothing is stored of {source.full_name} in {warehouse.place}")
    first, last = min(stored), max(stored)
    window = Window(start or min(first, end or first), end or max(last, start or last))
    if window.end < window.start:
        raise BadInput(f"{contract.full_name}: start {window.start} is after end {window.end}")
    if not partial and (start or end):
        _require_built(warehouse, source, window, set(stored))
    return window


def _require_built(warehouse: Warehouse, source: Contract, window: Window, stored: set[date]) -> None:
    calendar = Calendar.of(warehouse)
    played = sorted(day for day in calendar.scheduled if day in window and day <= today())
    missing = [day for day in played if day not in stored and not calendar.is_off(source, day)]
    if missing or not any(day in window for day in stored):
        first, others = (missing or [window.start])[0], len(missing) - 1
        more = f", nor are {others:,} other dates of {window} with games" if others > 0 else ""
        raise NotBuilt(f"{source.full_name} of {first} is not built{more}: partial=True reads what there is")


def _date(given: date | str | None, name: str) -> date | None:
    """A date however it is given: midnight, as pandas has dates, is one, any other hour is not."""
    with suppress(ValueError):
        if isinstance(given, str):
            return date.fromisoformat(given)
    if isinstance(given, datetime) and not given.tzinfo and given.time() == time():
        return given.date()
    if given is None or (isinstance(given, date) and not isinstance(given, datetime)):
        return given
    raise BadInput(f"{name}: {given!r} is no date; write YYYY-MM-DD")


def _field(contract: Contract, name: str) -> pa.Field:
    column = contract.column(name)
    kind = contract.schema()[name].to_pyarrow()
    return pa.field(name, kind, metadata={"meaning": column.meaning, "unit": column.told_unit})


def _floats(rows: pa.Table) -> pa.Table:
    """Decimals as floats, which is what statistics take."""
    kinds: list[Any] = [pa.float64() if pa.types.is_decimal(field.type) else field.type for field in rows.schema]
    return rows.cast(pa.schema([field.with_type(kind) for field, kind in zip(rows.schema, kinds, strict=True)]))
