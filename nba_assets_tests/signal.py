"""What each factor and feature said before a game, beside what then happened: `make signal` prints the correlations.

Of every man who averages 15 minutes over his last ten games of a season, in the real seasons (`../shared`): with his
points less the average of those ten, and with his points less the closing line. What a factor is made of, and what our
numbers are beside published ones, stands elsewhere.

Intervals are 95 % of a block bootstrap: whole dates are drawn again, since players of one night share games,
opponents and team-mates. A man's games on several dates count as independent of one another.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import ibis
import numpy as np
from rich.console import Console

from nba_assets.basketball.features import v2
from nba_assets.compile.dialects import to_sql
from nba_assets.contracts.calendar import season_label
from nba_assets.tables.analytics.upcoming_player_game_context import upcoming_player_game_context
from nba_assets.tables.precompute.player_composite_factors import fatigue_reasons, measured, player_composite_factors
from nba_assets.warehouse.records import markdown_table
from nba_assets_tests.build import current_lake
from nba_assets_tests.rows import schema_of
from nba_assets_tests.shared import raw_seasons

BEFORE = Path(__file__).with_name("signal_before.json")
"""What the command found with the formulas of the reference: its `figures.json`, of the code before."""

FACTORS = tuple(c.name for c in player_composite_factors.columns if c.name.endswith("_score") or "total" in c.name)
"""Each claims that more of it is more points."""

AVERAGE, LINE = "average", "line"
TARGETS = (AVERAGE, LINE)
"""Points less the average of the last ten games, and less the closing line."""

DRAWN, SEED = 2_000, 15


@dataclass(frozen=True)
class Measure:
    """A correlation, or a difference of points, over so many player-games, and the interval that it lies in."""

    games: int
    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:+.3f} ({self.low:+.3f} to {self.high:+.3f})"


@dataclass(frozen=True)
class Signal:
    """What one factor, feature or reason said, by target, and with the first target by season; None where it says one
    thing."""

    name: str
    found: Mapping[str, Measure | None]
    seasons: Mapping[int, float | None]

    @property
    def is_wrong(self) -> bool:
        """Whether it claims a direction, and the other is certain."""
        return self.name in FACTORS and any(found.high < 0 for found in self.found.values() if found)


_OUTCOMES = """
    CREATE TEMP TABLE outcomes AS
    SELECT season_year, game_date, game_id, player_lookup, points - expected AS average, points - points_line AS line
    FROM (
        SELECT *, avg(points) OVER last_10 AS expected, avg(seconds_played) OVER last_10 AS seconds,
               count(*) OVER last_10 AS games
        FROM read_parquet({summaries}) WHERE seconds_played > 0 AND season_type <> 'cup_final'
        WINDOW last_10 AS (
            PARTITION BY season_year, player_lookup ORDER BY game_date ROWS BETWEEN 10 PRECEDING AND 1 PRECEDING
        )
    )
    WHERE games = 10 AND seconds >= 15 * 60
"""

# A default stands for what nobody knew: it says nothing.
_SAID = """
    CREATE TEMP TABLE said AS
    SELECT game_id, player_lookup, name, if(source = 'default', NULL, x) AS x
    FROM (
        SELECT game_id, player_lookup, unnest(feature_names) AS name, unnest(features) AS x,
               unnest(feature_sources) AS source
        FROM read_parquet({features}) WHERE feature_version = 'v2_corrected_25'
    )
    WHERE name NOT IN {factor_names}
    UNION ALL
    SELECT game_id, player_lookup, name, x
    FROM (SELECT game_id, player_lookup, {factors} FROM read_parquet({scores}))
    UNPIVOT (x FOR name IN ({factor_list}))
"""

_SUMS = """
    SELECT name, season_year, game_date, count(*), sum(x), sum(y), sum(x * x), sum(y * y), sum(x * y)
    FROM (SELECT *, {target}::DOUBLE AS y FROM outcomes)
    JOIN {said} USING (game_id, player_lookup)
    WHERE x IS NOT NULL AND y IS NOT NULL GROUP BY ALL ORDER BY ALL
"""


def signals(lakes: Sequence[Path]) -> list[Signal]:
    """Factors first, then the features that are no factor, over all lakes together."""
    with duckdb.connect() as connection:
        names = {
            "summaries": _files(lakes, "nba_analytics/player_game_summary"),
            "features": _files(lakes, "nba_predictions/ml_feature_store_v2"),
            "scores": _files(lakes, "nba_precompute/player_composite_factors"),
            "factor_names": FACTORS,
            "factors": ", ".join(f"{name}::DOUBLE AS {name}" for name in FACTORS),
            "factor_list": ", ".join(FACTORS),
        }
        connection.execute(_OUTCOMES.format(**names))
        connection.execute(_SAID.format(**names))
        sums = _sums(connection, "said")
    return [_signal(name, sums, _r) for name in (*FACTORS, *(name for name in v2.VERSION.names if name not in FACTORS))]


def reasons(lakes: Sequence[Path]) -> list[Signal]:
    """For each reason that the fatigue score has, the points of whom it applies to less those of whom none of its group
    does."""
    context = ibis.table(schema_of(upcoming_player_game_context), name="context")
    applied: dict[str, ibis.Value] = {}
    for group in fatigue_reasons(*measured(context)):
        first = ibis.cases(*[(applies.fill_null(False), name) for name, (applies, _) in group.items()], else_="")
        applied |= {name: ibis.cases((first == name, 1.0), (first == "", 0.0)) for name in group}
    with duckdb.connect() as connection:
        connection.execute(_OUTCOMES.format(summaries=_files(lakes, "nba_analytics/player_game_summary")))
        connection.read_parquet(_files(lakes, "nba_analytics/upcoming_player_game_context")).create_view("context")
        asked = to_sql(context.select("game_id", "player_lookup", **applied), "duckdb")
        connection.execute(
            "CREATE TEMP TABLE applied AS SELECT * REPLACE (x::DOUBLE AS x) FROM "
            f"(UNPIVOT ({asked}) ON COLUMNS(* EXCLUDE (game_id, player_lookup)) INTO NAME name VALUE x)"
        )
        sums = _sums(connection, "applied")
    return [_signal(name, sums, _difference) for name in applied]


def _sums(connection: duckdb.DuckDBPyConnection, said: str) -> dict[str, list[tuple]]:
    """By target, for each name, season and date what `measure` takes."""
    return {target: connection.execute(_SUMS.format(target=target, said=said)).fetchall() for target in TARGETS}


def _files(lakes: Sequence[Path], table: str) -> list[str]:
    return [f"{lake}/{table}/*/*.parquet" for lake in lakes]


Statistic = Callable[[np.ndarray], float | None]
"""Of how many, the sum of x, of y, of their squares, and of x times y; None for a constant."""


def _signal(name: str, sums: Mapping[str, Sequence[tuple]], statistic: Statistic) -> Signal:
    """`sums` are those of `measure`, each after name, season and date."""
    of_name = {target: [row for row in rows if row[0] == name] for target, rows in sums.items()}
    found = {target: measure(np.array([row[3:] for row in rows]), statistic) for target, rows in of_name.items()}
    by_season: dict[int, list[tuple]] = {row[1]: [] for row in sums[AVERAGE]}
    for row in of_name[AVERAGE]:
        by_season[row[1]].append(row[3:])
    seasons = {year: statistic(np.sum(rows, axis=0)) if rows else None for year, rows in by_season.items()}
    return Signal(name, found, seasons)


def correlation(dates: np.ndarray) -> Measure | None:
    """Of rows as `measure` takes them."""
    return measure(dates, _r)


def measure(dates: np.ndarray, statistic: Statistic) -> Measure | None:
    """From a row a date: how many, sum of x, of y, of their squares, and of x times y. None for a constant."""
    if not len(dates) or (value := statistic(dates.sum(axis=0))) is None:
        return None
    drawn = np.random.default_rng(SEED).multinomial(len(dates), [1 / len(dates)] * len(dates), size=DRAWN)
    again = [found for total in drawn @ dates if (found := statistic(total)) is not None]
    low, high = np.quantile(again, [0.025, 0.975])
    return Measure(int(dates[:, 0].sum()), value, float(low), float(high))


def _r(total: np.ndarray) -> float | None:
    n, x, y, xx, yy, xy = total
    spread = (n * xx - x * x) * (n * yy - y * y)
    return float((n * xy - x * y) / spread**0.5) if spread > 1e-6 else None


def _difference(total: np.ndarray) -> float | None:
    """The mean y where x is 1, less that where it is 0."""
    n, x, y, _, _, xy = total
    return float(xy / x - (y - xy) / (n - x)) if 0 < x < n else None


def page(found: Sequence[Signal], fatigue: Sequence[Signal], before: Mapping[str, Mapping[str, str]]) -> str:
    """The page of the docs: a table of factors, one of reasons of fatigue, one of features."""
    years = sorted(found[0].seasons)
    seasons = [season_label(year) for year in years]
    head = ["points less last-10 average", "before", *seasons, "points less closing line", "before"]

    def line(signal: Signal) -> list[str]:
        then = before.get(signal.name, {})
        by_season = [_shown(signal.seasons[year]) for year in years]
        average, line = (str(signal.found[target] or "") for target in TARGETS)
        return [signal.name, average, then.get(AVERAGE, ""), *by_season, line, then.get(LINE, "")]

    def table(name: str, rows: Sequence[Signal]) -> str:
        return markdown_table([name, *head], map(line, rows))

    factors, features = found[: len(FACTORS)], found[len(FACTORS) :]
    games = {target: max(of.games for s in found if (of := s.found[target])) for target in TARGETS}
    return _PAGE.format(
        seasons=", ".join(seasons),
        factors=table("factor", factors),
        reasons=_reasons_table(fatigue, years),
        features=table("feature", features),
        drawn=DRAWN,
        **games,
    )


def _reasons_table(fatigue: Sequence[Signal], years: Sequence[int]) -> str:
    context = ibis.table(schema_of(upcoming_player_game_context), name="context")
    counts = {name: points for group in fatigue_reasons(*measured(context)) for name, (_, points) in group.items()}
    head = ["reason", "counts", "points less last-10 average", *map(season_label, years), "points less closing line"]
    return markdown_table(
        head,
        (
            [
                reason.name,
                f"{counts[reason.name]:+}",
                str(reason.found[AVERAGE] or ""),
                *(_shown(reason.seasons.get(year)) for year in years),
                str(reason.found[LINE] or ""),
            ]
            for reason in fatigue
        ),
    )


def _shown(r: float | None) -> str:
    return "" if r is None else f"{r:+.3f}"


_PAGE = """# What factors and features are worth

Written by `make signal`, from the real seasons {seasons}. A row says how what a column said before the game
correlates with what then happened, with the 95 % interval in brackets, over players who average 15 minutes in their
last ten games of the season: {average:,} player-games, of which {line:,} have a line.

- *points less last-10 average*: the points of the game less the mean of the last ten; by season, too.
- *points less closing line*: the points of the game less the last line before the tip; near 0 for what markets know.
- *before*: the same figure with the formulas of the reference.

Intervals: {drawn:,} bootstrap samples of whole dates, since players of one night share games. What is unknown (NULL, or
a feature whose source is `default`) is left out. Each factor claims that more of it is more points: the command fails
if an interval of one lies wholly below 0. Features claim nothing; averages come out below 0 because who was lucky in
ten games is less so in the next.

## Factors

{factors}

## Reasons of fatigue

What lowers or raises the `fatigue_score`, each by itself: here the figures are points, of whom the reason applies to
less those of whom no reason of the same kind does (of age, of rest and so on). A reason that counts against a man
should come out below 0. Who plays often is fit and in rhythm, which these figures do not tell apart from load.

A back to back and four games in seven days come out above 0 because they select: who is tired or hurt is rested and has
no row, and who does play stands in for him. On second nights 0.74 stars of a team are out, else 0.59, and who plays has
0.43 minutes more than in his last ten games, else 0.26 fewer; points a minute are the same to 0.003. So these figures
do not say that a second night does a man good; the points that a reason counts stay, and the factor as a whole does not
point the wrong way.

{reasons}

## Features

{features}
"""


def main(shared: Path, root: Path, written: Path) -> int:
    """Build the seasons under `root`, write the page; the exit code says whether every factor points the right way."""
    console = Console(width=160)
    if not (names := raw_seasons(shared)):
        console.print(f"{shared / 'raw'} is not there: nothing to measure on")
        return 2
    lakes = [current_lake(shared / name, root / name, console.print).lake.root for name in names]
    found = signals(lakes)
    figures = {signal.name: {target: str(signal.found[target] or "") for target in TARGETS} for signal in found}
    (root / "figures.json").write_text(json.dumps(figures, indent=1) + "\n")
    text = page(found, reasons(lakes), json.loads(BEFORE.read_text()) if BEFORE.exists() else {})
    written.write_text(text)
    console.print(text, markup=False, highlight=False, soft_wrap=True)
    for signal in found:
        if signal.is_wrong:
            console.print(f"{signal.name} points the wrong way")
    return int(any(signal.is_wrong for signal in found))


if __name__ == "__main__":
    sys.exit(main(*map(Path, sys.argv[1:4])))
