"""Orchestration by Dagster: assets, jobs, runs, back-fills, events. What a table holds is not said here."""
