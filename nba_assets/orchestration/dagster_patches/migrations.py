"""Dagster's database migrations, read once a process.

Whenever a process first opens one of Dagster's databases, it asks whether that is of the newest version, and reads the
scripts of all migrations for the answer: some 90 files, four times in every step process. There is no setting for it
(1.13.27), so the function that reads them is wrapped. Where Alembic has moved it, they are read each time.
"""

from __future__ import annotations

from collections.abc import Callable

from alembic.config import Config
from alembic.script import ScriptDirectory
from dagster._core.storage.sql import ALEMBIC_SCRIPTS_LOCATION

from nba_assets.orchestration.dagster_patches.wrapping import wrap

_READS_SCRIPTS = "from_config"


def read_once() -> None:
    """Let this process, and those forked from it, read each folder of migrations once. However often called."""
    wrap(ScriptDirectory, _READS_SCRIPTS, _reading_once, without="migrations are read each time")


def _reading_once(original: Callable[[Config], ScriptDirectory]) -> Callable[[Config], ScriptDirectory]:
    known: dict[str | None, ScriptDirectory] = {}

    def from_config(config: Config) -> ScriptDirectory:
        """Where they lie is all that tells scripts apart: Dagster's three storages have one folder between them."""
        where = config.get_main_option("script_location")
        if where not in known:
            known[where] = original(config)
        return known[where]

    return from_config


def read_ahead() -> None:
    """Read them now, for the processes that are forked from this one."""
    read_once()
    config = Config()
    config.set_main_option("script_location", ALEMBIC_SCRIPTS_LOCATION)
    ScriptDirectory.from_config(config).as_revision_number("head")
