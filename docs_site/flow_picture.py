"""Picture of all tables by group, from raw to features, with a line from each to those that read it."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import accumulate

from docs_site.drawing import LINE, Place, as_svg, canvas, join
from docs_site.table_pages import groups
from nba_assets.contracts.contract import Contract
from nba_assets.contracts.read import stored_sources
from nba_assets.contracts.table import Table

CHARACTER, GAP = 0.075, 1.1
"""Inches that a letter takes at most, and that lie between two groups."""


def draw_flow() -> bytes:
    from matplotlib import colormaps

    shown = {name: [c for c in found if name == "raw" or isinstance(c, Table)] for name, found in groups().items()}
    shown = {name: found for name, found in shown.items() if found}
    places = _places(shown)
    right = {contract: (x + CHARACTER * len(contract.name), y) for contract, (x, y) in places.items()}
    height = (max(map(len, shown.values())) + 2) * 1.5 * LINE
    figure, axes = canvas(height, max(x for x, _ in right.values()) + 0.6)
    for number, (group, contracts) in enumerate(shown.items()):
        axes.text(places[contracts[0]][0], 0, group, fontsize=9, weight="bold", va="center")
        join(
            axes,
            [(right[c], _arrival(c, of, places, right)) for of in places for c in _read(of) if c in contracts],
            colormaps["Dark2"](number),
        )
    for contract, (x, y) in places.items():
        axes.text(x, y, contract.name, fontsize=8, va="center")
    return as_svg(figure)


def _places(shown: Mapping[str, list[Contract]]) -> dict[Contract, Place]:
    """The left end of each name: a column a group, each in the middle of the longest one's height."""
    widths = [CHARACTER * max(len(contract.name) for contract in found) + GAP for found in shown.values()]
    lefts = [0.1, *(0.1 + right for right in accumulate(widths))]
    tallest = max(map(len, shown.values()))
    return {
        contract: (left, -(number + 1.5 + (tallest - len(found)) / 2) * 1.5 * LINE)
        for left, found in zip(lefts, shown.values(), strict=False)
        for number, contract in enumerate(found)
    }


def _arrival(
    source: Contract, of: Contract, places: Mapping[Contract, Place], right: Mapping[Contract, Place]
) -> Place:
    """Before the name, or behind it where the other stands in the same column."""
    x, y = places[of]
    return right[of] if places[source][0] == x else (x - 0.04, y)


def _read(contract: Contract) -> set[Contract]:
    reads = contract.reads.values() if isinstance(contract, Table) else ()
    return {source for read in reads for source, _ in stored_sources(read)} - {contract}
