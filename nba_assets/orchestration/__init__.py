"""When and in what processes assets run: executor and jobs. What they do is `asset.py`'s."""

from nba_assets.orchestration.processes.fork_server import start_in_run_worker

start_in_run_worker()  # the first of our modules that it imports is of this package, for Dagster's storage
