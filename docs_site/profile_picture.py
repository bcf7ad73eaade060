"""Picture of a table's profile: a line a column, with its distribution or its commonest values, and what is unknown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from docs_site.drawing import LINE, as_svg, canvas
from nba_assets.contracts.contract import Contract

NAME, HISTOGRAM, SPREAD, UNKNOWN = 0.1, 3.2, 5.4, 9.1
"""Inches from the left: where each part of a line begins."""

HIGH, WIDE = 1.7 * LINE, 2.0
"""Inches of a line and of a histogram."""

ROOM = 48
"""Letters that surely fit before the share of NULL, capitals too."""

BAR, GAP = "#3f51b5", "#f5b78a"


def draw_profile(contract: Contract, profile: dict[str, Any]) -> bytes:
    figure, axes = canvas((len(contract.columns) + 2) * HIGH)
    for place, title in (
        (NAME, "column"),
        (HISTOGRAM, "distribution"),
        (SPREAD, "lowest | median | highest, or commonest"),
        (UNKNOWN, "NULL"),
    ):
        axes.text(place, 0, title, fontsize=8, weight="bold", va="center")
    heights = {column.name: -number * HIGH for number, column in enumerate(contract.columns, 1)}
    for name, height in heights.items():
        axes.text(NAME, height, name, fontsize=8, va="center")
        _tell(axes, height, profile.get(name, {"null": 0}))
    found = [(height, profile[name]) for name, height in heights.items() if name in profile]
    _fill(axes, [_histogram(height, spread["bins"]) for height, spread in found if "bins" in spread], BAR)
    _fill(axes, [_box(height, spread["null"]) for height, spread in found if spread["null"]], GAP)
    return as_svg(figure)


def _fill(axes: Any, shapes: Sequence[Sequence[tuple[float, float]]], colour: str) -> None:
    from matplotlib.collections import PolyCollection

    axes.add_collection(PolyCollection(shapes, facecolors=colour, linewidths=0), autolim=False)


def _histogram(height: float, bins: Sequence[int]) -> list[tuple[float, float]]:
    """Its outline: along the tops of the bars, and back along the line that they stand on."""
    ground, step = height - HIGH / 2, WIDE / len(bins)
    tops = [ground + 0.85 * HIGH * count / max(bins) for count in bins]
    outline = [(HISTOGRAM + (n + side) * step, top) for n, top in enumerate(tops) for side in (0, 1)]
    return [(HISTOGRAM, ground), *outline, (HISTOGRAM + WIDE, ground)]


def _box(height: float, share: float) -> list[tuple[float, float]]:
    left, right, low, high = UNKNOWN, UNKNOWN + 0.75 * share, height - HIGH / 4, height + HIGH / 4
    return [(left, low), (right, low), (right, high), (left, high)]


def _tell(axes: Any, height: float, spread: dict[str, Any]) -> None:
    if told := _told(spread):
        axes.text(SPREAD, height, told, fontsize=8, va="center", parse_math=False)
    if spread["null"]:
        axes.text(UNKNOWN + 0.02, height, f"{spread['null']:.1%}", fontsize=8, va="center")


def _told(spread: dict[str, Any]) -> str:
    if "bins" in spread:
        return " | ".join(f"{spread[key]:g}" for key in ("low", "median", "high"))
    if not (values := spread.get("values")):
        return ""
    if spread["distinct"] > 12:
        return f"{spread['distinct']:,} values, such as {_cut(values[0][0])}"
    shown = [f"{_cut(value)} {share:.0%}" for value, share in values]
    fitting = [n for n in range(1, len(shown) + 1) if len(", ".join(shown[:n])) <= ROOM]
    most = max(fitting, default=1)
    return ", ".join([*shown[:most], *(["..."] if most < len(shown) else [])])


def _cut(value: str) -> str:
    return value if len(value) <= 24 else f"{value[:23]}..."
