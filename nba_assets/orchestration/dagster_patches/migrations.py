"""Database migrations of Dagster, read once a process.

Changes: Alembic's `ScriptDirectory.from_config`.
Gain: `make bench-patches` measures it and writes the table of the docs.
Without: whenever a process first opens one of Dagster's databases, it asks whether that is of the newest version, and
reads the scripts of all migrations for the answer: some 90 files, four times in every step process.
Checked against: Dagster 1.13.27 (a day also on 1.13.29), Alembic 1.20.1.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from nba_assets.orchestration.dagster_patches.guard import Upstream, find
from nba_assets.orchestration.dagster_patches.wrapping import is_wrapped, wrap

READS = "alembic.script:ScriptDirectory.from_config"
_FOLDER = "dagster._core.storage.sql:ALEMBIC_SCRIPTS_LOCATION"

UPSTREAM = Upstream(
    "migrations",
    lost="Dagster's migrations are read each time",
    parameters={READS: ("config",)},
    names=("alembic.config:Config.get_main_option", _FOLDER),
)


def apply() -> None:
    """Put the patch in place."""
    wrap(UPSTREAM, READS, _reading_once)


def _reading_once(original: Callable[[Any], Any]) -> Callable[[Any], Any]:
    known: dict[str | None, Any] = {}

    def from_config(config: Any) -> Any:
        """Where they lie is all that tells scripts apart: Dagster's three storages have one folder between them."""
        where = config.get_main_option("script_location")
        if where not in known:
            known[where] = original(config)
        return known[where]

    return from_config


def read_ahead() -> None:
    """Read them now, for the processes that are forked from this one."""
    apply()
    if not is_wrapped(READS):
        return
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(find(_FOLDER)))
    ScriptDirectory.from_config(config).as_revision_number("head")
