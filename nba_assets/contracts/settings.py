"""Settings that are numbers, read from the environment. What each of them means stands where it is used."""

from __future__ import annotations

import math
import os

from nba_assets.contracts.errors import BadInput

MOST_DIGITS = 18
"""What fits into 64 bits; of thousands of digits Python makes no number."""

MOST_DAYS = 36_500
"""A hundred years: there is a date so many days ago."""

DAY_SECONDS, YEAR_SECONDS = 24 * 60 * 60, 365 * 24 * 60 * 60


def whole_number(
    variable: str, default: int, kind: str = "whole number above zero", least: int = 1, most: float = math.inf
) -> int:
    """A variable of the environment from `least` to `most`. Raises BadInput, which calls it no `kind`, for another."""
    text = os.environ.get(variable) or str(default)
    is_number = text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS
    if not (is_number and least <= int(text) <= most):
        raise BadInput(f"{variable}: {text!r} is no {kind}")
    return int(text)
