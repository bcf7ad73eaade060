"""Scripts for BigQuery: the text that replaces, removes and looks up partitions, from a compiled query and a contract.

A replacement is one script: temporary tables first, then one transaction with constant bounds, so that a script that is
cut off anywhere leaves the old rows or the new ones. Pure text; how it is run is not said here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime

from nba_assets.compile.steps import Query, split
from nba_assets.contracts.calendar import Window
from nba_assets.contracts.contract import Column, Contract
from nba_assets.warehouse.bigquery.names import Names
from nba_assets.warehouse.bigquery.notes import CODE_NOTES, NO_ROWS, PARTITION_NOTES, fingerprint
from nba_assets.warehouse.changes import Changes

EVER = Window(date.min, date.max)

_NEW, _WRITTEN, _CHANGED = "`_new_rows`", "`_written`", "`_changed`"
_HASH = "SUBSTR(TO_HEX(SHA256(STRING_AGG(`digest`, '' ORDER BY `digest`))), 1, 16)"


def replace(
    names: Names,
    contract: Contract,
    asked: Query,
    days: Sequence[date],
    code: str = "",
    read: Mapping[date, str] | None = None,
) -> str:
    """Replace the partitions of `days` by the query's rows, and give day, rows, content and stored of each; of a table
    that one writes, also how many rows were added, removed and changed.

    `stored` is what there is afterwards: more than `rows` where another one has replaced the same at the same time.
    """
    before, last = split(asked)
    day, table, columns = f"`{contract.partition_by}`", names.quoted(contract), column_list(contract)
    listed = ", ".join(map(literal, days))
    return ";\n".join(
        [
            *_temporary(names, before),
            f"CREATE TEMP TABLE {_NEW} AS\n{names.sql(last)}",
            f"ASSERT NOT EXISTS (SELECT 1 FROM {_NEW} WHERE {day} IS NULL OR {day} NOT IN ({listed}))\n"
            f"AS {literal(f'{contract.full_name}: rows for a date which was not asked for')}",
            f"CREATE TEMP TABLE {_WRITTEN} AS\n{_written(contract, days, read or {})}",
            "BEGIN TRANSACTION",
            *([] if contract.part else [f"CREATE TEMP TABLE {_CHANGED} AS\n{_changed(names, contract, days)}"]),
            f"DELETE FROM {table}\nWHERE {_of(contract, days)}",
            f"INSERT INTO {table} ({columns})\nSELECT {columns} FROM {_NEW}",
            _note(names, contract, days, code),
            "COMMIT TRANSACTION",
            _outcome(table, contract, days),
        ]
    )


def remove(names: Names, contract: Contract, days: Sequence[date]) -> str:
    """Remove partitions, and note it."""
    listed = ", ".join(map(literal, days))
    return ";\n".join(
        [
            "BEGIN TRANSACTION",
            f"DELETE FROM {names.quoted(contract)}\nWHERE {_of(contract, days)}",
            f"INSERT INTO {names.quoted(PARTITION_NOTES)} ({column_list(PARTITION_NOTES)})\n"
            f"SELECT {literal(contract.full_name)}, {literal(contract.part)}, `day`, TRUE, 0, {literal(NO_ROWS)}"
            f", '', '', {literal(fingerprint(contract))}, CURRENT_TIMESTAMP(), CURRENT_TIMESTAMP()\n"
            f"FROM UNNEST([{listed}]) AS `day`",
            "COMMIT TRANSACTION",
        ]
    )


def prune_notes(names: Names, before: datetime) -> str:
    """Remove what was noted of partitions before a moment and again since."""
    notes, dates = names.quoted(PARTITION_NOTES), between("partition_date", EVER)
    same = " AND ".join(f"n.`{column}` = m.`{column}`" for column in ("table_name", "part", "partition_date"))
    moment = literal(before.astimezone(UTC).isoformat())
    return (
        f"DELETE FROM {notes} AS n\nWHERE n.{dates} AND n.`noted_at` < TIMESTAMP {moment}\n"
        f"AND EXISTS (SELECT 1 FROM {notes} AS m\n WHERE m.{dates} AND {same} AND n.`noted_at` < m.`noted_at`)"
    )


def merge_notes(names: Names, contract: Contract, before: datetime) -> str:
    """One note a date in the place of those of parts that were written before a moment; gives how many parts they are.

    The rows are in one table whoever wrote them. Notes of another schema are left alone.
    """
    notes, dates, merged = names.quoted(PARTITION_NOTES), between("partition_date", EVER), "`_merged`"
    schema, moment = literal(fingerprint(contract)), literal(before.astimezone(UTC).isoformat())
    of_table = f"{dates} AND `table_name` = {literal(contract.full_name)} AND `schema_fingerprint` = {schema}"
    old = f"`noted_at` < TIMESTAMP {moment}"
    return ";\n".join(
        [
            f"CREATE TEMP TABLE {merged} AS\nSELECT `partition_date`, SUM(`row_count`) AS `row_count`,"
            f" {_HASH.replace('`digest`', '`content`')} AS `content`,\n"
            " MAX(`changed_at`) AS `changed_at`, COUNTIF(`part` <> '') AS `parts`\n"
            f"FROM (\n SELECT * FROM {notes}\n WHERE {of_table}\n {_NEWEST}\n)\n"
            f"WHERE NOT `removed` AND {old}\nGROUP BY 1\nHAVING `parts` > 0",
            "BEGIN TRANSACTION",
            f"DELETE FROM {notes}\nWHERE {of_table} AND {old}\n"
            f"AND `partition_date` IN (SELECT `partition_date` FROM {merged})",
            f"INSERT INTO {notes} ({column_list(PARTITION_NOTES)})\n"
            f"SELECT {literal(contract.full_name)}, '', `partition_date`, FALSE, `row_count`, `content`, '', '',"
            f" {schema}, `changed_at`, CURRENT_TIMESTAMP()\nFROM {merged}",
            "COMMIT TRANSACTION",
            f"SELECT COALESCE(SUM(`parts`), 0) AS `parts` FROM {merged}",
        ]
    )


def look_up_notes(names: Names, dates: Window, left_out: str = "") -> str:
    """The newest note of each partition of all tables, less a column that may be long."""
    columns = f"* EXCEPT (`{left_out}`)" if left_out else "*"
    return f"SELECT {columns} FROM {names.quoted(PARTITION_NOTES)}\nWHERE {between('partition_date', dates)}\n{_NEWEST}"


def look_up_partitions(names: Names, dataset: str) -> str:
    """What BigQuery itself knows of the partitions of a data set."""
    return f"SELECT * FROM {names.partitions(dataset)}\nWHERE `total_rows` > 0"


def look_into_partitions(names: Names, contract: Contract, dates: Window) -> str:
    """What the partitions of a table that others write hold: every row is read."""
    day = f"`{contract.partition_by}`"
    return (
        f"SELECT `day`, {_HASH} AS `content`\nFROM (\n"
        f" SELECT {day} AS `day`, TO_HEX(SHA256(TO_JSON_STRING(t))) AS `digest` FROM {names.quoted(contract)} AS t\n"
        f" WHERE {between(str(contract.partition_by), dates)}\n)\nGROUP BY 1"
    )


def look_up_code(names: Names) -> str:
    """All notes on code but their text."""
    return f"SELECT DISTINCT `table_name`, `version`, `accepted_as` FROM {names.quoted(CODE_NOTES)}"


def look_up_code_text(names: Names, table: str, version: str) -> str:
    """What a version of code was."""
    return (
        f"SELECT `text` FROM {names.quoted(CODE_NOTES)}\nWHERE `table_name` = {literal(table)}"
        f" AND `version` = {literal(version)} AND `accepted_as` = '' LIMIT 1"
    )


def note_code(names: Names, table: str, versions: Iterable[str], accepted_as: str, text: str) -> str:
    """Note what versions of code were, or what they are accepted as."""
    listed = ", ".join(map(literal, versions))
    return (
        f"INSERT INTO {names.quoted(CODE_NOTES)} ({column_list(CODE_NOTES)})\n"
        f"SELECT {literal(table)}, `version`, {literal(accepted_as)}, {literal(text)}, CURRENT_TIMESTAMP()\n"
        f"FROM UNNEST([{listed}]) AS `version`"
    )


def literal(value: str | date) -> str:
    """A value as SQL has it."""
    if isinstance(value, date):
        return f"DATE '{value}'"
    escaped = value.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n").replace("\r", "\\r")
    return f"'{escaped}'"


_NEWEST = "QUALIFY ROW_NUMBER() OVER (PARTITION BY `table_name`, `part`, `partition_date` ORDER BY `noted_at` DESC) = 1"


def _temporary(names: Names, steps: Sequence[tuple[str, str]]) -> list[str]:
    return [f"CREATE TEMP TABLE `{name}` AS\n{names.sql(step)}" for name, step in steps]


def _written(contract: Contract, days: Sequence[date], read: Mapping[date, str]) -> str:
    """Of each day the rows that are to be written, their content, and what they were made from."""
    listed = ", ".join(f"STRUCT({literal(day)} AS `day`, {literal(read.get(day, ''))} AS `read`)" for day in days)
    hashed = any(column.name == "data_hash" for column in contract.columns)
    digest = "`data_hash`" if hashed else "TO_HEX(SHA256(TO_JSON_STRING(t)))"
    return (
        f"SELECT d.`day`, d.`read`, COALESCE(n.`rows`, 0) AS `rows`, COALESCE(n.`content`, '{NO_ROWS}') AS `content`\n"
        f"FROM UNNEST([{listed}]) AS d\nLEFT JOIN (\n SELECT `day`, COUNT(*) AS `rows`, {_HASH} AS `content`\n"
        f" FROM (SELECT `{contract.partition_by}` AS `day`, {digest} AS `digest` FROM {_NEW} AS t)\n GROUP BY 1\n"
        ") AS n ON d.`day` = n.`day`"
    )


def _changed(names: Names, contract: Contract, days: Sequence[date]) -> str:
    """Of each day the rows that come, that go, and that stay under their key with other values.

    By `data_hash`, else by all values. They are compared one by one: a number may be written in several ways.
    """
    day, key = str(contract.partition_by), dict.fromkeys([str(contract.partition_by), *contract.key])
    columns = {column.name: column for column in contract.columns}
    values = ["data_hash"] if "data_hash" in columns else [name for name in columns if name not in key]
    differ = " OR ".join(_differs(columns[name]) for name in values) or "FALSE"
    listed = ", ".join(f"`{name}`" for name in [*key, *values])
    same = " AND ".join(f"n.`{name}` = o.`{name}`" for name in key)
    return (
        f"SELECT COALESCE(n.`{day}`, o.`{day}`) AS `day`, COUNTIF(o.`{day}` IS NULL) AS `added`,"
        f" COUNTIF(n.`{day}` IS NULL) AS `removed`,\n"
        f" COUNTIF(n.`{day}` IS NOT NULL AND o.`{day}` IS NOT NULL AND ({differ})) AS `changed`\n"
        f"FROM {_NEW} AS n\nFULL JOIN (\n SELECT {listed} FROM {names.quoted(contract)}\n"
        f" WHERE {_of(contract, days)}\n) AS o ON {same}\nGROUP BY 1"
    )


def _differs(column: Column) -> str:
    if column.type.startswith("ARRAY"):
        return f"TO_JSON_STRING(n.`{column.name}`) <> TO_JSON_STRING(o.`{column.name}`)"
    return f"n.`{column.name}` IS DISTINCT FROM o.`{column.name}`"


def _outcome(table: str, contract: Contract, days: Sequence[date]) -> str:
    """What was written of each day, and what there is afterwards."""
    counts = [] if contract.part else [f"COALESCE(c.`{name}`, 0) AS `{name}`" for name in Changes._fields]
    counted = f"\nLEFT JOIN {_CHANGED} AS c ON w.`day` = c.`day`" if counts else ""
    shown = ", ".join(["w.`day`", "w.`rows`", "w.`content`", "COALESCE(s.`stored`, 0) AS `stored`", *counts])
    return (
        f"SELECT {shown}\nFROM {_WRITTEN} AS w\nLEFT JOIN (\n"
        f" SELECT `{contract.partition_by}` AS `day`, COUNT(*) AS `stored` FROM {table}\n"
        f" WHERE {_of(contract, days)}\n GROUP BY 1\n) AS s ON w.`day` = s.`day`{counted}\nORDER BY 1"
    )


def _note(names: Names, contract: Contract, days: Sequence[date], code: str) -> str:
    """Note what is written; when it last changed stays as it was for what is equal."""
    notes, schema = names.quoted(PARTITION_NOTES), literal(fingerprint(contract))
    same = f"b.`content` = w.`content` AND NOT b.`removed` AND b.`schema_fingerprint` = {schema}"
    return (
        f"INSERT INTO {notes} ({column_list(PARTITION_NOTES)})\n"
        f"SELECT {literal(contract.full_name)}, {literal(contract.part)}, w.`day`, FALSE, w.`rows`, w.`content`,"
        f" {literal(code)}, w.`read`, {schema}, IF({same}, b.`changed_at`, CURRENT_TIMESTAMP()), CURRENT_TIMESTAMP()\n"
        f"FROM {_WRITTEN} AS w\nLEFT JOIN (\n SELECT * FROM {notes}\n"
        f" WHERE `table_name` = {literal(contract.full_name)} AND `part` = {literal(contract.part)}\n"
        f" AND {between('partition_date', Window(min(days), max(days)))}\n {_NEWEST}\n"
        ") AS b ON w.`day` = b.`partition_date`"
    )


def _of(contract: Contract, days: Sequence[date]) -> str:
    """The rows of some days, by constant bounds, of a part alone where it is one."""
    column, window = str(contract.partition_by), Window(min(days), max(days))
    found = [between(column, window)]
    if len(days) < window.days:
        found.append(f"`{column}` IN ({', '.join(map(literal, days))})")
    if contract.part:
        found.append(f"`{contract.part_column}` = {literal(contract.part)}")
    return " AND ".join(found)


def between(column: str, dates: Window) -> str:
    """The predicate that names some partitions by constants, without which nothing is pruned."""
    return f"`{column}` BETWEEN {literal(dates.start)} AND {literal(dates.end)}"


def column_list(contract: Contract) -> str:
    """A table's columns, in their order."""
    return ", ".join(f"`{column.name}`" for column in contract.columns)
