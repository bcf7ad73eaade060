"""Pictures of reports as SVG, drawn by matplotlib to stand within a page.

The same data gives the same bytes. Words stay words, so that they can be found and enlarged; none of them is read as a
formula. What a picture says is said in words beside it by who shows it.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from nba_assets.contracts.printable import printable

if TYPE_CHECKING:
    from matplotlib.axes import Axes

INK, SOFT, FAINT, ACCENT, BLUE = "#1c2430", "#5b6675", "#d7dce3", "#b3260e", "#1f5fa8"
GOOD, BAD = "#1f7a4d", "#b3260e"
TIERS = {"gold": "#c29a1b", "silver": "#8d99a8", "bronze": "#9a5b2c"}
OTHERS = ("#1f5fa8", "#c26a1b", "#1f7a4d", "#7a4aa0", "#8d99a8", "#b5893a", "#b3466b", "#3d8b99")


@dataclass(frozen=True)
class Strip:
    """A player's points of his last games, and the line that they stand beside."""

    name: str
    points: Sequence[int]
    line: float | None
    expected: tuple[float, float, float] | None = None
    """A forecast's lower tenth, median and upper tenth."""

    @property
    def told(self) -> str:
        """What the picture says of him."""
        games = f"{len(self.points)} game{'s' * (len(self.points) != 1)}"
        if len(self.points) > 1:
            low, middle, high = quartiles(self.points)
            games += f", median {middle:g} points, middle half {low:g} to {high:g}"
        if self.expected:
            games += ", expected {1:.1f}, {0:.1f} to {2:.1f}".format(*self.expected)
        if self.line is None:
            return f"{self.name}: {games}, no line"
        above = sum(points > self.line for points in self.points)
        return f"{self.name}: {games}, line {self.line:g}, above it in {above}"


def drawn(name: str, inches: tuple[float, float], draw: Callable[[Axes], None]) -> str:
    """One plot as an `<svg>`; `name` tells its ids from those of others on the page."""
    import matplotlib
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    style: dict[Any, Any] = {"svg.fonttype": "none", "svg.hashsalt": name, "font.family": "sans-serif", "font.size": 9}
    with matplotlib.rc_context({**style, "text.parse_math": False}):
        figure = Figure(figsize=inches, layout="constrained")
        FigureCanvasSVG(figure)
        axes = figure.add_subplot()
        axes.spines[["top", "right", "left"]].set_visible(False)
        axes.spines["bottom"].set_color(FAINT)
        axes.tick_params(length=0, colors=INK)
        draw(axes)
        file = io.StringIO()
        nothing = dict.fromkeys(("Date", "Creator", "Format", "Type"))
        figure.savefig(file, format="svg", transparent=True, metadata=nothing)
    head, rest = file.getvalue().split("<svg ", 1)[1].split(">", 1)
    head = re.sub(r'(?:width|height)="[^"]*" ?', "", head)  # as wide as there is room
    rest = re.sub(r'(\bid="|href="#|url\(#)', rf"\g<1>{name}-", rest)
    at_most = round(inches[0] * 140)  # pixels: beyond, its words are larger than the page's
    return f'<svg aria-hidden="true" focusable="false" style="max-width:{at_most}px" {head}>{rest}'


def strips(name: str, players: Sequence[Strip]) -> str:
    """A row for each player: his games as dots, their middle half as a bar, the line as a tick across,
    what is expected of him as a line below."""

    def draw(axes: Axes) -> None:
        for row, player in enumerate(players):
            if len(player.points) > 1:
                low, middle, high = quartiles(player.points)
                axes.barh(row, high - low, left=low, height=0.62, color=FAINT, zorder=1)
                axes.vlines(middle, row - 0.31, row + 0.31, color=SOFT, linewidth=1.2, zorder=2)
            axes.plot(player.points, [row] * len(player.points), "o", color=INK, alpha=0.35, markersize=3.5, mew=0)
            if player.expected:
                low, middle, high = player.expected
                axes.hlines(row + 0.4, low, high, color=BLUE, linewidth=1.4, zorder=2)
                axes.plot(middle, row + 0.4, "D", color=BLUE, markersize=3, zorder=2)
            if player.line is not None:
                axes.vlines(player.line, row - 0.45, row + 0.45, color=ACCENT, linewidth=2.2, zorder=3)
        axes.set_yticks(range(len(players)), [printable(player.name) for player in players])
        axes.set_ylim(len(players) - 0.3, -0.6)
        axes.set_xlim(-1, max([31, *(p + 1 for player in players for p in player.points)]))
        axes.grid(axis="x", color=FAINT, linewidth=0.6)
        axes.set_axisbelow(True)
        axes.set_xlabel("points")

    return drawn(name, (4.4, 0.6 + 0.26 * len(players)), draw)


def calendar(name: str, days: Mapping[date, float]) -> str:
    """A square for each date of some weeks, green where all is there, red and crossed where less; dates that are not
    among them are pale."""
    first, last = min(days), max(days)
    monday = first - timedelta(days=first.weekday())

    def draw(axes: Axes) -> None:
        weeks = (last - monday).days // 7 + 1
        for day in (monday + timedelta(days=n) for n in range(weeks * 7)):
            week, weekday = divmod((day - monday).days, 7)
            share = days.get(day)
            colour = FAINT if share is None else GOOD if share >= 1 else BAD
            strength = 0.35 if share is None else 0.8 if share >= 1 else max(1 - share, 0.25)
            axes.barh(weekday, 0.86, left=week + 0.07, height=0.86, color=colour, alpha=strength, linewidth=0)
            if share is not None and share < 1:
                axes.text(week + 0.5, weekday, "\N{MULTIPLICATION SIGN}", ha="center", va="center", fontsize=8)
        months = [day for n in range(weeks * 7) if (day := monday + timedelta(days=n)).day == 1]
        axes.set_xticks([(day - monday).days / 7 + 0.5 for day in months], [f"{day:%b}" for day in months])
        axes.set_yticks(range(7), ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"])
        axes.set_ylim(6.5, -0.5)
        axes.set_xlim(0, weeks)
        axes.spines["bottom"].set_visible(False)

    return drawn(name, (4.8, 1.4), draw)


def shares(name: str, bars: Mapping[str, Mapping[str, int]], colours: Mapping[str, str]) -> str:
    """A bar for each thing, split by kind in the order of the colours."""

    def draw(axes: Axes) -> None:
        for row, counts in enumerate(bars.values()):
            whole, left = sum(counts.values()), 0.0
            for kind, colour in colours.items():
                width = 100 * counts.get(kind, 0) / whole if whole else 0.0
                axes.barh(row, width, left=left, height=0.7, color=colour, label=kind if row == 0 else None)
                left += width
        axes.set_yticks(range(len(bars)), [printable(of) for of in bars])
        axes.set_ylim(len(bars) - 0.4, -0.6)
        axes.set_xlim(0, 100)
        axes.set_xlabel("percent of rows")
        axes.figure.legend(loc="outside upper left", ncols=beside, frameon=False, handlelength=1.0, columnspacing=1.2)

    beside = beside_one_another(colours)
    return drawn(name, (4.6, 0.7 + 0.2 * -(-len(colours) // beside) + 0.26 * len(bars)), draw)


def beside_one_another(kinds: Iterable[str]) -> int:
    """How many of these names a legend has room for in a line of some 70 letters, a swatch being worth six: four at
    most, or short ones would stand far apart."""
    return max(1, min(4, 70 // (6 + max(map(len, kinds), default=0))))


def series(name: str, values: Mapping[date, float], off: Collection[date]) -> str:
    """A number day by day; days on which it is off are marked."""

    def draw(axes: Axes) -> None:
        axes.plot(date2num(list(values)), list(values.values()), color=INK, linewidth=0.9)
        marked = [day for day in values if day in off]
        axes.plot(date2num(marked), [values[day] for day in marked], "o", color=ACCENT, markersize=5)
        axes.grid(axis="y", color=FAINT, linewidth=0.6)
        axes.xaxis.set_major_formatter(DateFormatter("%b"))
        axes.xaxis.set_major_locator(MonthLocator())

    from matplotlib.dates import DateFormatter, MonthLocator, date2num

    return drawn(name, (4.6, 1.5), draw)


def quartiles(points: Sequence[int]) -> tuple[float, float, float]:
    """The lower quartile, the median and the upper one, of two games or more."""
    from statistics import quantiles

    low, middle, high = quantiles(points, n=4, method="inclusive")
    return low, middle, high
