"""Picture of a table's column lineage: its columns on the right, and on the left what they are made of, by table."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from typing import Any

from docs_site.table_pages import made_of
from nba_assets.contracts.table import Table

LINE = 0.16
"""Inches a line of text is high."""

LEFT, RIGHT, WIDTH = 3.3, 6.7, 10.0
"""Inches: where the lines between begin, where they end, and the whole."""


def draw_lineage(table: Table) -> bytes:
    from matplotlib import colormaps

    edges = {c.name: made_of(table, c.name) for c in table.columns if c.name != "data_hash"}  # that is of all others
    by_table: dict[str, list[str]] = {}
    for source, column in dict.fromkeys(origin for made in edges.values() for origin in made):
        by_table.setdefault(source, []).append(column)
    left = [line for source, columns in by_table.items() for line in ((source, ""), *((source, c) for c in columns))]
    right = [(table.full_name, ""), *((table.full_name, name) for name in edges)]
    places = {
        line: -place * LINE for lines in (left, right) for place, line in enumerate(_spread(lines, left, right)) if line
    }
    colours = {source: colormaps["tab10"](number % 10) for number, source in enumerate(by_table)}
    figure, axes = canvas(max(len(left), len(right)) * LINE + LINE)
    for source, colour in colours.items():
        joined = [(o, name) for name, made in edges.items() for o in made if o[0] == source]
        _join(axes, [(places[origin], places[table.full_name, name]) for origin, name in joined], colour)
    for (of, column), height in places.items():
        ours = of == table.full_name
        axes.text(
            RIGHT + 0.05 if ours else LEFT - 0.05,
            height,
            column or of,
            ha="left" if ours else "right",
            va="center",
            fontsize=8,
            weight="normal" if column else "bold",
            color="black",
        )
    return as_svg(figure)


def _spread(lines: Sequence[Any], *sides: Sequence[Any]) -> list[Any]:
    """The lines with the shorter side in the middle of the longer one's height."""
    return [None] * ((max(map(len, sides)) - len(lines)) // 2) + list(lines)


def _join(axes: Any, ends: Sequence[tuple[float, float]], colour: Any) -> None:
    from matplotlib.collections import PathCollection
    from matplotlib.path import Path

    middle = (LEFT + RIGHT) / 2
    codes = [Path.MOVETO, *[Path.CURVE4] * 3]
    curves = [Path([(LEFT, start), (middle, start), (middle, end), (RIGHT, end)], codes) for start, end in ends]
    lines = PathCollection(curves, facecolors="none", edgecolors=[colour], linewidths=0.7, alpha=0.6)
    axes.add_collection(lines, autolim=False)


def canvas(height: float, width: float = WIDTH) -> tuple[Any, Any]:
    """A figure of so many inches whose coordinates are inches, from its upper left corner down."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height))
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_xlim(0, width)
    axes.set_ylim(-height + LINE, LINE)
    axes.axis("off")
    return figure, axes


def as_svg(figure: Any) -> bytes:
    """With text as text, to be searched and read out, and the same bytes for the same picture."""
    import matplotlib

    written = BytesIO()
    with matplotlib.rc_context({"svg.fonttype": "none", "svg.hashsalt": "nba_assets", "font.family": "sans-serif"}):
        figure.savefig(written, format="svg", metadata={"Date": None})
    return written.getvalue()
