"""BigQuery: the engine of who outgrows one machine, behind the same interface as DuckDB's."""
