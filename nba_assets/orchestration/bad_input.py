"""Bad input within Dagster: a failure in its own words, which no second try would mend.

What is bad about it is said where it is found.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import dagster as dg

from nba_assets.contracts.errors import BadInput


@contextmanager
def refused_by_name() -> Iterator[None]:
    """Raises Failure, not to be retried, for a BadInput in the block."""
    try:
        yield
    except BadInput as error:
        raise dg.Failure(str(error), allow_retries=False) from error
