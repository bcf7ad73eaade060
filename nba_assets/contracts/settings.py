"""Settings that are numbers, read from the environment. What each of them means stands where it is used."""

from __future__ import annotations

import math
import os

from nba_assets.contracts.errors import BadInput


def whole_number(
    variable: str, default: int, kind: str = "whole number above zero", least: int = 1, most: float = math.inf
) -> int:
    """A variable of the environment from `least` to `most`. Raises BadInput, which calls it no `kind`, for another."""
    text = os.environ.get(variable) or str(default)
    if not (text.isascii() and text.isdigit() and least <= int(text) <= most):
        raise BadInput(f"{variable}: {text!r} is no {kind}")
    return int(text)
