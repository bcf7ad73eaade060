"""Modules that step processes find loaded when they are forked, so that each is spared a second of imports.

A list of names, Dagster's among them; one that is gone is passed over, and each step loads what stands in its place.
"""

LOADED = (
    "dagster._core.executor.multiprocess",
    "nba_assets.definitions",
    "nba_assets.orchestration.launch",
    # Found by comparing what a step had loaded at its end.
    "dagster._core.definitions.repository_definition.repository_data_builder",
    "dagster._core.instance.factory",
    "dagster._core.secrets.env_file",
    "dagster._core.storage.defs_state.blob_storage_state_storage",
    "dagster._core.storage.legacy_storage",
    "dagster._core.storage.root",
    "dagster._core.storage.runs",
    "dagster._core.storage.schedules",
    "dagster._core.storage.sqlite_storage",
    "dagster._core.system_config.composite_descent",
    "dagster._core.utility_ops",
    "dagster._core.workspace.autodiscovery",
    "dagster._utils.test.definitions",
    "ibis.formats.pyarrow",
    "nba_assets.orchestration.instance.compute_logs",
    "nba_assets.orchestration.instance.event_storage",
    "sqlalchemy.dialects.sqlite",
    "upath.implementations.local",
)
"""Modules that these import are not named again."""
