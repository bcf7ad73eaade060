"""Plots of performance: profit over time with its interval, how often the likely came true, what a model goes by.

Drawn from figures at hand, as SVG: files for people, and pictures for the UI. What the figures are is not said here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from io import BytesIO
from itertools import groupby
from math import sqrt
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nba_assets.basketball.performance import LEAST_DATES, students_t

if TYPE_CHECKING:
    import pyarrow as pa
    from matplotlib.figure import Figure

Row = Mapping[str, Any]


def write(folder: Path, profits: Sequence[Row], tenths: Sequence[Row], *, simulated: bool) -> list[Path]:
    """Both plots as files in a folder, which is made."""
    folder.mkdir(parents=True, exist_ok=True)
    made = drawn(profits, tenths, simulated=simulated, form="svg")
    for name, picture in made.items():
        (folder / f"{name}.svg").write_bytes(picture)
    return [folder / f"{name}.svg" for name in made]


def drawn(profits: Sequence[Row], tenths: Sequence[Row], *, simulated: bool, form: str) -> dict[str, bytes]:
    """Both plots by name, as `svg` or `png`."""
    figures = {"profit": profit_over_time(profits, simulated=simulated), "reliability": reliability(tenths)}
    return {name: _picture(figure, form) for name, figure in figures.items()}


def profit_over_time(profits: Sequence[Row], *, simulated: bool = False) -> Figure:
    """The running profit of each system that bets, a stake of one each, with the range that chance alone would explain.

    `profits` are in order of system and date.
    """
    figure, axes = _figure()
    for system, rows in groupby(profits, key=lambda row: row["system_id"]):
        days = [row for row in rows if row["bets_count"]]
        if not days:
            continue
        dates, (running, low, high) = [row["game_date"] for row in days], running_profit(days)
        (line,) = axes.plot(dates, running, label=f"{system}, {sum(int(row['bets_count']) for row in days):,} bets")
        axes.fill_between(dates, low, high, color=line.get_color(), alpha=0.15, linewidth=0)
    axes.axhline(0, color="black", linewidth=0.8)
    axes.set_ylabel("stakes")
    axes.set_title("Profit on simulated lines: no money" if simulated else "Profit, with its 95 % interval")
    return figure


def running_profit(days: Sequence[Row]) -> tuple[list[float], list[float], list[float]]:
    """The profit up to each date, and the ends of its 95 % interval, dates as wholes: open until the third date.

    The last of them is the interval of the profit per bet that is printed beside, times the bets.
    """
    running, low, high = [], [], []
    profit = bets = squares = products = bets_squares = 0.0
    for number, day in enumerate(days, start=1):
        won, count = float(day["profit"]), float(day["bets_count"])
        profit, bets = profit + won, bets + count
        squares, products, bets_squares = squares + won * won, products + won * count, bets_squares + count * count
        mean = profit / bets
        spread = max(0.0, squares - 2 * mean * products + mean * mean * bets_squares)
        reach = float("nan")
        if number >= LEAST_DATES:
            reach = students_t(number - 1) * sqrt(spread * number / (number - 1))
        running.append(profit)
        low.append(profit - reach)
        high.append(profit + reach)
    return running, low, high


def reliability(tenths: Sequence[Row]) -> Figure:
    """Of each system, how often the over came where it was called so likely; on the diagonal all is as it was said."""
    figure, axes = _figure()
    axes.plot([0, 1], [0, 1], color="black", linewidth=0.8)
    for system, rows in groupby(tenths, key=lambda row: row["system_id"]):
        points = [(float(row["probability"]), float(row["share_over"]), int(row["rows_count"])) for row in rows]
        said, came, counts = zip(*points, strict=True)
        line = axes.plot(said, came, label=system, linewidth=1)[0]
        axes.scatter(said, came, s=[max(4, 120 * count / sum(counts)) for count in counts], color=line.get_color())
    axes.set_xlabel("P(over) as predicted")
    axes.set_ylabel("share that went over")
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1)
    axes.set_title("Reliability; the larger a point, the more rows")
    return figure


SHOWN = 20
"""Features: what the others add is no bar that anybody sees."""


def drawn_importance(models: pa.Table, form: str) -> bytes:
    """The last of some models, rows of its table, as a picture."""
    newest = max(models.to_pylist(), key=lambda row: row["month"])
    return _picture(importance(newest), form)


def importance(model: Row) -> Figure:
    """What share of all that its trees gain each feature has, the greatest at the top."""
    figure, axes = _figure()
    found = sorted(zip(model["importance"], model["features"], strict=True), reverse=True)[:SHOWN]
    shares, names = zip(*reversed(found), strict=True)
    axes.barh(names, [100 * share for share in shares])
    axes.tick_params(axis="y", labelsize="small")
    axes.set_xlabel("percent of the gain for the median")
    axes.set_title(
        f"What the model of {model['month']:%Y-%m} goes by: {len(found)} of {len(model['features'])} features"
    )
    return figure


def _figure() -> tuple[Figure, Any]:
    """Of matplotlib itself and not of pyplot, which keeps every figure until the process ends."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 4.5), layout="constrained")
    axes = figure.subplots()
    axes.grid(alpha=0.3)
    return figure, axes


def _picture(figure: Figure, form: str) -> bytes:
    from matplotlib import rc_context

    (axes,) = figure.axes
    if axes.get_legend_handles_labels()[0]:
        axes.legend(loc="best", fontsize="small")
    made = BytesIO()
    with rc_context({"svg.hashsalt": "nba_assets"}):  # the same picture of the same figures
        figure.savefig(made, format=form, metadata={"Date": None} if form == "svg" else None)
    return made.getvalue()
