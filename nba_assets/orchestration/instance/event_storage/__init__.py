"""Dagster's event logs, written in batches: a range run has an event for every table, day and check.

What a batch is and how it is written is `batches.py`'s, for both databases. `dagster_home/dagster.yaml` selects the
SQLite one; the Postgres one needs an extra, so nothing here imports it.
"""

import os

from nba_assets.orchestration.instance.event_storage.sqlite import BatchingSqliteEventLogStorage

__all__ = ["BatchingSqliteEventLogStorage"]

# Read by the instance whenever it stores an event; whatever process opens one of these storages wants batches.
os.environ.setdefault("DAGSTER_EVENT_BATCH_SIZE", "500")
