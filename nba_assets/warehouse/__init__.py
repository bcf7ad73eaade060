"""Warehouse: engines that run the queries, and the lake that stores the tables. No Dagster and no basketball."""
