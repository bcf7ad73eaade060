"""Data package: what a lake of Parquet holds, as `datapackage.json` in the form of datapackage.org, version 2.

Files, columns with type, unit and meaning, and keys, of each table that is there, and of each view that was exported as
one file beside them. How files come about is not said here.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from nba_assets.contracts.contract import Column, Contract
from nba_assets.contracts.reading_view import ReadingView
from nba_assets.readers.catalog import stored_contracts
from nba_assets.tables.registry import reading_views
from nba_assets.warehouse.lake import Lake
from nba_assets.warehouse.scratch import written_whole

FILE = "datapackage.json"

PROFILES = "https://datapackage.org/profiles/2.0"

TYPES = {
    "STRING": "string",
    "INT64": "integer",
    "FLOAT64": "number",
    "BOOL": "boolean",
    "DATE": "date",
    "TIMESTAMP": "datetime",
    "ARRAY<STRING>": "array",
    "ARRAY<FLOAT64>": "array",
}
"""In Table Schema's words; a DECIMAL is a number."""


def write_package(lake: Lake) -> int:
    """Write it beside the tables, whole or not at all; how many tables it describes."""
    described = package(lake)
    with written_whole(lake.root / FILE) as place:
        place.write_text(json.dumps(described, indent=1) + "\n")
    return len(described["resources"])


def package(lake: Lake) -> dict[str, Any]:
    """The description of a lake's files as a Data Package, for programs that read such."""
    return {
        "$schema": f"{PROFILES}/datapackage.json",
        "name": "nba_assets",
        "title": "NBA tables by nba_assets",
        "description": "Rows of a table are those of all its files together; one in a folder of a date holds that one.",
        "resources": list(_resources(lake)),
    }


def exported_file(view: ReadingView, folder: Path) -> Path:
    """Where a view's rows are put, as one file."""
    return folder / f"{view.name}.parquet"


def _resources(lake: Lake) -> Iterator[dict[str, Any]]:
    stored = ((contract, lake.files(contract, None)) for contract in stored_contracts())
    exported = ((view, [file]) for view in reading_views() if (file := exported_file(view, lake.root)).exists())
    for contract, files in (*stored, *exported):
        if files:
            yield {
                "name": contract.full_name,
                "description": contract.description,
                "path": [_below(file, lake.root) for file in files],
                "format": "parquet",
                "mediatype": "application/vnd.apache.parquet",
                "schema": _schema(contract),
            }


def _below(file: Path, root: Path) -> str:
    return file.relative_to(root).as_posix()


def _schema(contract: Contract) -> dict[str, Any]:
    return {
        "$schema": f"{PROFILES}/tableschema.json",
        "fields": [_field(column, column.required or column.name in contract.key) for column in contract.columns],
        "primaryKey": list(contract.key),
    }


def _field(column: Column, required: bool) -> dict[str, Any]:
    """`unit` and `storedAs` are ours: the standard lets a description have more than it knows."""
    field: dict[str, Any] = {"name": column.name, "type": TYPES.get(column.type, "number"), "storedAs": column.type}
    field["description"] = column.meaning
    if column.told_unit:
        field["unit"] = column.told_unit
    if required:
        field["constraints"] = {"required": True}
    return field
