"""How good the trained model is on seasons that it never saw, month by month: `make truth` prints a table for each.

Each month's model is trained on all games before it, as the table of models is, over the real seasons (`../shared`),
with and without what rests on injury reports: in this data some of those were written by who knew who played, so the
figures without them are the ones that count. Beside it stand two averages, and the closing line itself.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from rich.console import Console
from rich.table import Table as RichTable

from nba_assets.basketball.calibration import USUAL, WEIGHT
from nba_assets.basketball.forecast import QUANTILES, ROLES
from nba_assets.basketball.trained import FEATURES, OF_AVAILABILITY, feature_column
from nba_assets.compile.statements import inputs_in, statements
from nba_assets.contracts.calendar import Window
from nba_assets.models.points_model import Floats
from nba_assets.models.scores import Scores, scores
from nba_assets.models.training import learnt, matrix
from nba_assets.tables.monthly.player_points_models import player_points_models
from nba_assets.warehouse.duckdb import DuckDBWarehouse
from nba_assets_tests.build import current_lake
from nba_assets_tests.shared import raw_seasons

Days = np.ndarray[Any, np.dtype[np.datetime64]]

_LINES = """
    SELECT summary.game_id, summary.player_lookup, points_line::DOUBLE AS line, any_value(over_price) AS over_price,
           any_value(under_price) AS under_price
    FROM read_parquet('{lake}/nba_analytics/player_game_summary/*/*.parquet') summary
    LEFT JOIN read_parquet('{lake}/nba_conformed/prop_lines/*/*.parquet') offered
        ON offered.player_lookup = summary.player_lookup AND offered.game_date = summary.game_date
        AND offered.book = summary.points_line_source AND offered.line = summary.points_line
    WHERE points_line IS NOT NULL GROUP BY ALL
"""

_WITH_LINES = "SELECT * FROM games LEFT JOIN lines USING (game_id, player_lookup) ORDER BY game_date, player_lookup"


def games_of(warehouse: DuckDBWarehouse, until: date) -> pa.Table:
    """What a model is given to learn from, with the closing line and its prices where there are any."""
    window = Window(until, until)
    with warehouse.session(600) as session:
        session.create_views(inputs_in(player_points_models, window))
        games = session.fetch(statements(player_points_models, "duckdb").rows_in(window))
    lines = duckdb.sql(_LINES.format(lake=warehouse.lake.root)).to_arrow_table()
    with duckdb.connect() as connection:
        connection.register("games", games)
        connection.register("lines", lines)
        return connection.execute(_WITH_LINES).to_arrow_table()


@dataclass(frozen=True)
class Tested:
    """The tested games, and what a predictor said of them; quantiles where it has any."""

    name: str
    said: Floats
    quantiles: Floats | None = None


def walk(games: pa.Table, window: Window, names: Sequence[str]) -> Iterator[tuple[pa.Table, Floats]]:
    """Each month of the window: its games, and the quantiles that a model of those before it expects."""
    month = window.start
    while month <= window.end:
        following = (month.replace(day=28) + (date(2000, 1, 5) - date(2000, 1, 1))).replace(day=1)
        day = games["game_date"]
        here = games.filter(pc.and_(pc.greater_equal(day, pa.scalar(month)), pc.less(day, pa.scalar(following))))
        if here.num_rows:
            model, _ = learnt(games.filter(pc.less(day, pa.scalar(month))), names)
            yield here, model.expects(matrix(here, names)).quantiles
        month = following


def numbers(games: pa.Table, column: str) -> Floats:
    return np.asarray(games[column].cast(pa.float64()).to_numpy(), dtype=np.float64)


def predictors(games: pa.Table, window: Window) -> tuple[pa.Table, list[Tested]]:
    """The tested games, and what each predictor said of them."""
    found: list[Tested] = []
    tested = games
    without = [name for name in FEATURES if name not in OF_AVAILABILITY]
    for name, features in (("the model without availability", without), ("the model", list(FEATURES))):
        parts = list(walk(games, window, features))
        tested = pa.concat_tables([part for part, _ in parts])
        quantiles = np.concatenate([part for _, part in parts])
        found.append(Tested(name, quantiles[:, QUANTILES.index(0.5)], quantiles))
    averages = {"last 10 average": "points_avg_last_10", "season average": "points_avg_season"}
    for name, feature in averages.items():
        found.append(Tested(name, np.nan_to_num(numbers(tested, feature_column(feature)))))
    return tested, [*found, Tested("the line itself", numbers(tested, "line"))]


def over(quantiles: Floats, line: Floats) -> Floats:
    """The probability of more points than a line at a half: between quantiles even, the tails as wide again."""
    tails = 2 * quantiles[:, [0, -1]] - quantiles[:, [1, -2]]
    ends = np.column_stack([tails[:, 0], quantiles, tails[:, 1]])
    return np.array([1 - np.interp(x, of, (0, *QUANTILES, 1)) for x, of in zip(line, ends, strict=True)])


def no_vig(games: pa.Table) -> Floats:
    """The market's probability of the over by both prices; NaN without them."""

    def implied(price: Floats) -> Floats:
        return np.where(price < 0, np.abs(price), 100) / (np.abs(price) + 100)

    above, below = implied(numbers(games, "over_price")), implied(numbers(games, "under_price"))
    return above / (above + below)


def drawn(days: Days, ours: Floats, market: Floats, came: Floats) -> Floats:
    """The probabilities as the table of predictions has them: drawn to the market by the lines of the dates before.

    Games are in order of their dates.
    """
    apart, before = ours - market, np.searchsorted(days, days)

    def until(values: Floats) -> Floats:
        return np.concatenate([[0.0], np.cumsum(values)])[before]

    slope = (until(apart * (came - market)) + WEIGHT * USUAL) / (until(apart * apart) + WEIGHT)
    return market + np.clip(slope, 0, 1) * apart


def slope(said: Floats, came: Floats) -> str:
    """How outcomes rise with what was said, with the reach of its 95 % interval."""
    if len(said) < 3 or not said.std():
        return "-"
    found = float(np.cov(said, came)[0, 1] / np.var(said, ddof=1))
    left = came - came.mean() - found * (said - said.mean())
    return f"{found:.2f} +- {1.96 * left.std() / said.std() / np.sqrt(len(said)):.2f}"


def brier_rows(games: pa.Table, said: Tested) -> list[tuple[str, str]]:
    """Brier score of P(over) where two prices were offered, beside the market's, and the slope of outcomes over it:
    by itself, and as the table of predictions has it."""
    assert said.quantiles is not None
    points, line, market = numbers(games, "points"), numbers(games, "line"), no_vig(games)
    known = ~np.isnan(market) & (points != line)
    ours, market = over(said.quantiles[known], line[known]), market[known]
    came = (points > line)[known].astype(float)
    left = drawn(games["game_date"].to_numpy()[known], ours, market, came)
    return [
        (f"{said.name}: Brier of P(over), {known.sum():,} with two prices", f"{np.mean((ours - came) ** 2):.4f}"),
        ("... slope of outcomes over P(over)", slope(ours, came)),
        ("... drawn to the market by the lines before: Brier", f"{np.mean((left - came) ** 2):.4f}"),
        ("... slope of outcomes over that", slope(left, came)),
        ("... the market's by its prices: Brier", f"{np.mean((market - came) ** 2):.4f}"),
    ]


def by_role(games: pa.Table, said: Tested) -> Iterator[tuple[str, Scores]]:
    assert said.quantiles is not None
    average, points = np.nan_to_num(numbers(games, feature_column("points_avg_season"))), numbers(games, "points")
    most = float("inf")
    for role, least in ROLES.items():
        chosen = (average >= least) & (average < most)
        most = least
        if chosen.any():
            yield role, scores(points[chosen], said.quantiles[chosen])


def print_tables(games: pa.Table, found: Sequence[Tested], console: Console) -> None:
    points, lined = numbers(games, "points"), ~np.isnan(numbers(games, "line"))
    heads = ("mean absolute error, points", f"all {len(points):,}", f"with a line {lined.sum():,}", "50 %", "80 %")
    shown = RichTable(*heads, title="walk-forward, a month at a time")
    for said in found:
        off = np.abs(points - said.said)
        of = scores(points, said.quantiles) if said.quantiles is not None else None
        every = "-" if np.isnan(off).any() else f"{off.mean():.3f}"
        within = (f"{of.within_50:.1%}", f"{of.within_80:.1%}") if of else ("", "")
        shown.add_row(said.name, every, f"{off[lined].mean():.3f}", *within)
    console.print(shown)
    counted = found[0]
    roles = RichTable("role", "games", "error", "50 %", "80 %", title=counted.name)
    for role, of in by_role(games, counted):
        roles.add_row(role, f"{of.games:,}", f"{of.error:.3f}", f"{of.within_50:.1%}", f"{of.within_80:.1%}")
    console.print(roles)
    odds = RichTable("probabilities", "")
    for row in [*brier_rows(games, counted), *brier_rows(games, found[1])]:
        odds.add_row(*row)
    console.print(odds)
    console.print(
        "Injury reports in this data were partly written with hindsight: the row without them is what counts."
    )


def main(shared: Path, lakes: Path) -> int:
    """Test on every raw season but the first two, each by all before it. The exit code says whether there is any."""
    console = Console(width=100)
    first, *later = raw_seasons(shared) or [""]
    if not later:
        console.print(f"no real seasons under {shared}: nothing to test on")
        return 2
    warehouses = [current_lake(shared / name, lakes / name, console.print) for name in (first, *later)]
    tested = {name: Window.season(int(name.removeprefix("raw_")[:4])) for name in later}
    parts: list[Any] = [games_of(warehouse, tested[later[-1]].end) for warehouse in warehouses]
    games = pa.concat_tables(parts)
    for name, window in tested.items():
        console.rule(name)
        print_tables(*predictors(games, window), console)
    return 0


if __name__ == "__main__":
    sys.exit(main(*map(Path, sys.argv[1:3])))
