"""Raw NBA data in, the daily-partitioned tables of the betting models out: a Dagster project."""
