"""Log of Dagster's daemon: what it warns of where nothing is amiss."""

from __future__ import annotations

import functools
import logging

CONSUMER = "dagster.daemon.EventLogConsumerDaemon"
"""Name of the log of what starts killed runs again (`run_retries`)."""

FIRST_LOOK = "No cursor for event type"
"""How a line begins that it writes at the first start in a DAGSTER_HOME, for each type of event it looks for."""


@functools.cache
def leave_out_first_look() -> None:
    """A new home has no event yet, so none is left out by that: whoever starts `make dev` would look for a fault."""
    logging.getLogger(CONSUMER).addFilter(lambda line: not str(line.msg).startswith(FIRST_LOOK))
