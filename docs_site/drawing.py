"""Canvas of the site's pictures: a figure in inches from its upper left corner down, curves between texts, SVG."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from typing import Any

LINE = 0.16
"""Inches a line of text is high."""

Place = tuple[float, float]


def canvas(height: float, width: float = 10.0) -> tuple[Any, Any]:
    """The figure, and axes whose coordinates are inches."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height))
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_xlim(0, width)
    axes.set_ylim(-height + LINE, LINE)
    axes.axis("off")
    return figure, axes


def join(axes: Any, ends: Sequence[tuple[Place, Place]], colour: Any) -> None:
    """A curve from each left end to each right one."""
    from matplotlib.collections import PathCollection
    from matplotlib.path import Path

    codes = [Path.MOVETO, *[Path.CURVE4] * 3]
    curves = [
        Path([start, (_bend(start, end), start[1]), (_bend(start, end), end[1]), end], codes) for start, end in ends
    ]
    lines = PathCollection(curves, facecolors="none", edgecolors=[colour], linewidths=0.7, alpha=0.6)
    axes.add_collection(lines, autolim=False)


def _bend(start: Place, end: Place) -> float:
    """Half-way, or to the right of both where one stands below the other."""
    return (start[0] + end[0]) / 2 if end[0] > start[0] + LINE else max(start[0], end[0]) + 0.5


def as_svg(figure: Any) -> bytes:
    """With text as text, to be searched and read out, and the same bytes for the same picture."""
    import matplotlib

    written = BytesIO()
    with matplotlib.rc_context({"svg.fonttype": "none", "svg.hashsalt": "nba_assets", "font.family": "sans-serif"}):
        figure.savefig(written, format="svg", metadata={"Date": None})
    return written.getvalue()
