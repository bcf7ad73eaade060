"""Tags of Dagster on runs and events that it has no public name for: they stand in databases, and so do not change."""

BACKFILL_ID_TAG = "dagster/backfill"
"""The back-fill that a run is part of."""

DATA_VERSION_TAG = "dagster/data_version"
"""What of a materialisation says whether its content is new."""

INPUT_VERSION_TAG = "dagster/input_data_version/"
"""Before the name of an input: its version when a materialisation read it."""

GRPC_INFO_TAG = ".dagster/grpc_info"
"""The code server that a run was started by."""

MAX_RETRIES_TAG = "dagster/max_retries"
"""How often the daemon starts a failed run again: whoever waits for one that it launched itself sees to that."""

WILL_RETRY_TAG = "dagster/will_retry"
"""Whether a failed run is started again."""
