"""Picture of a table's column lineage: its columns on the right, and on the left what they are made of, by table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from docs_site.drawing import LINE, as_svg, canvas, join
from docs_site.table_pages import made_of
from nba_assets.contracts.table import Table

LEFT, RIGHT = 3.3, 6.7
"""Inches: where the lines between begin and where they end."""


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
        ends = [((LEFT, places[origin]), (RIGHT, places[table.full_name, name])) for origin, name in joined]
        join(axes, ends, colour)
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
