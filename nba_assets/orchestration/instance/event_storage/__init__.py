"""Event log storages of Dagster that write in batches: a range run has an event for every table, day and check.

An instance's settings select the SQLite one; the Postgres one needs an extra, so nothing here imports it.
"""

from nba_assets.orchestration.instance.event_storage.sqlite import BatchingSqliteEventLogStorage

__all__ = ["BatchingSqliteEventLogStorage"]
