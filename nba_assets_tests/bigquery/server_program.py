"""local-bigquery as its command starts it, less what makes it slow or refuse: run by its own Python, by path.

What there is of a table it asks of `duckdb_tables()`, which counts every table of every project, the results of all
jobs among them: 45 to 110 ms of CPU each time, some hundred times for a replacement. Here it is asked of what DuckLake
notes of that table, in 3 ms. Its own look for columns of one name in a new table, which takes two `t.*` for that, is
left out. It dies with its parent: a server that outlived a killed test process would hold its memory for ever.
"""

from __future__ import annotations

import ctypes
import signal

from local_bigquery.cli import main
from local_bigquery.engine import database
from local_bigquery.sql import rules

RESULTS_OF_JOBS = "emulator"
"""A plain DuckDB database; each project is a DuckLake."""

_objects, _fetch = database.objects, database.fetch


def objects(project_id: str, dataset_id: str, table_id: str | None = None) -> list[tuple[str, str, int]]:
    """Name, kind and number of rows of each table and view of a data set, or of one."""
    if project_id == RESULTS_OF_JOBS:
        return _objects(project_id, dataset_id, table_id) if table_id is None else _result(dataset_id, table_id)
    noted = database.quote(f"__ducklake_metadata_{project_id}")
    there = "WHERE o.end_snapshot IS NULL AND s.end_snapshot IS NULL AND s.schema_name = $1"
    return _fetch(
        f"SELECT o.table_name, 'TABLE', coalesce(n.record_count, 0) FROM {noted}.ducklake_table AS o"
        f" JOIN {noted}.ducklake_schema AS s USING (schema_id) LEFT JOIN {noted}.ducklake_table_stats AS n"
        f" USING (table_id) {there} AND o.table_name = coalesce($2, o.table_name)"
        f" UNION ALL SELECT o.view_name, 'VIEW', 0 FROM {noted}.ducklake_view AS o"
        f" JOIN {noted}.ducklake_schema AS s USING (schema_id)"
        f" {there} AND o.view_name = coalesce($2, o.view_name) ORDER BY 1",
        [dataset_id, table_id],
    )


def _result(dataset_id: str, table_id: str) -> list[tuple[str, str, int]]:
    try:
        ((rows,),) = _fetch(f"SELECT count(*) FROM {database.quote(RESULTS_OF_JOBS, dataset_id, table_id)}")
    except database.duckdb.CatalogException:
        return []
    return [(table_id, "TABLE", rows)]


def fetch(sql: str, params: list | None = None) -> list[tuple]:
    """What is asked of the columns of one table is asked of DuckLake's notes, too."""
    if not params or "duckdb_columns()" not in sql or params[0] == RESULTS_OF_JOBS:
        return _fetch(sql, params)
    noted = database.quote(f"__ducklake_metadata_{params[0]}")
    columns = (
        "(SELECT s.schema_name, o.table_name, c.column_name, c.nulls_allowed AS is_nullable,"
        f" '{params[0]}' AS database_name FROM {noted}.ducklake_column AS c"
        f" JOIN {noted}.ducklake_table AS o USING (table_id) JOIN {noted}.ducklake_schema AS s USING (schema_id)"
        " WHERE c.end_snapshot IS NULL AND o.end_snapshot IS NULL AND s.end_snapshot IS NULL"
        " AND c.parent_column IS NULL)"
    )
    return _fetch(sql.replace("duckdb_columns()", columns), params)


if __name__ == "__main__":
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)
    database.objects, database.fetch = objects, fetch
    rules.STATEMENT_RULES.remove(rules.query.duplicate_columns)
    main()
