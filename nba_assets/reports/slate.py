"""Slate report: the games of a date, their players and what is not ready, as one page that needs no server.

What is on it is asked of the warehouse's tables, each panel by the SELECT under it. What is not ready is judged
elsewhere and given.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from nba_assets.audit.prop_slate import shown_system
from nba_assets.contracts.calendar import EASTERN
from nba_assets.reports.page import by, rendered
from nba_assets.reports.pictures import Strip, strips
from nba_assets.reports.question import Answering
from nba_assets.reports.slate_questions import LAST_GAMES, PANELS, bets_question, slate_question

Row = dict[str, Any]

USAGE_MOVES = 0.5
"""Points of usage by which a player's projected share must differ from that of his last ten games to be named."""


ENSEMBLE = "ensemble"

BETS_SHOWN = 20
"""The others are folded."""

REGULAR_MINUTES = 12
"""Who has no line and is expected to play less is shown folded."""


@dataclass(frozen=True)
class NotReady:
    """A table of the slate that is not good, why, the raw tables that it waits for, and the checks that it breaks."""

    table: str
    lacks: str
    waits_for: tuple[str, ...] = ()
    broken: tuple[str, ...] = ()


@dataclass(frozen=True)
class TeamSide:
    """A team in a game: its row among the games, who is out, its players and the picture of their points."""

    row: Row
    out: Sequence[Row]
    players: Sequence[Row]
    picture: str
    drawn: Sequence[str]

    @property
    def regulars(self) -> list[Row]:
        """The players with a line, or of whom a good part of the game is expected."""
        return [player for player in self.players if _is_regular(player)]

    @property
    def others(self) -> list[Row]:
        return [player for player in self.players if not _is_regular(player)]

    @property
    def moved(self) -> list[Row]:
        """The players whose usage moves, the farthest first."""
        known = [player for player in self.players if abs(player["usage_change"] or 0) >= USAGE_MOVES]
        return sorted(known, key=lambda player: -abs(player["usage_change"]))


def _is_regular(player: Row) -> bool:
    return player["current_points_line"] is not None or (player["minutes_forecast"] or 0) >= REGULAR_MINUTES


@dataclass(frozen=True)
class GameOnPage:
    """A game with the SELECT under each of its panels."""

    game_id: str
    sides: Sequence[TeamSide]
    sql: dict[str, str]
    drawn_system: str
    """The system whose interval is drawn beside a player's games; empty where nothing is forecast."""

    @property
    def forecast(self) -> list[Row]:
        """The players with a forecast against a line, as they come."""
        players = [player for side in self.sides for player in side.players]
        return [of for of in players if any(row["line_value"] is not None for row in of["forecasts"].values())]

    @property
    def forecasts(self) -> list[Row]:
        """Their forecasts, by every system."""
        return [row for player in self.forecast for row in player["forecasts"].values()]

    @property
    def systems(self) -> list[str]:
        return sorted({row["system_id"] for row in self.forecasts})

    @property
    def title(self) -> str:
        return " at ".join(side.row["team_abbr"] for side in self.sides)

    @property
    def first(self) -> Row:
        return self.sides[0].row


@dataclass(frozen=True)
class Bets:
    """What a system recommends of a date's lines, the best edge first, and the SELECT that says so."""

    system: str
    lines: int
    are_simulated: bool
    recommended: Sequence[Row]
    sql: str


def slate_page(warehouse: Answering, day: date, scheduled: int, not_ready: Sequence[NotReady], now: datetime) -> str:
    """The page of a date with so many games by the schedule."""
    games = games_of(warehouse, day)
    return rendered(
        "slate.html.j2",
        day=day,
        scheduled=scheduled,
        games=games,
        bets=bets_of(warehouse, day, games),
        not_ready=not_ready,
        made_at=f"{now.astimezone(EASTERN):%Y-%m-%d %H:%M} ET",
        games_sql=slate_question("games", day).sql,
        last_games=LAST_GAMES,
        regular_minutes=REGULAR_MINUTES,
        bets_shown=BETS_SHOWN,
    )


def bets_of(warehouse: Answering, day: date, games: Sequence[GameOnPage]) -> Bets | None:
    """What the system that people are shown first recommends; None where nothing is predicted of a line."""
    lined = [row for game in games for row in game.forecasts if row["line_value"] is not None]
    if not lined:
        return None
    system = shown_system(lined)
    question = bets_question(day, system)
    of_system = [row for row in lined if row["system_id"] == system]
    simulated = any(row["is_simulated"] for row in lined)
    return Bets(system, len(of_system), simulated, question.answer(warehouse), question.sql)


def games_of(warehouse: Answering, day: date) -> list[GameOnPage]:
    """The games in the order of their tips, the visitors first."""
    found = {name: slate_question(name, day).answer(warehouse) for name in PANELS}
    out, form, points = (by(found[name], "game_id", "team_abbr") for name in ("out", "form", "points"))
    zones = {row["player_lookup"]: row for row in found["zones"]}
    forecasts = by(found["forecasts"], "player_lookup")
    drawn_system = _drawn_system(found["forecasts"])
    games = []
    for number, (game_id, rows) in enumerate(by(found["games"], "game_id").items()):
        sides = []
        for place, row in enumerate(rows):
            of = game_id, row["team_abbr"]
            players = [
                {
                    **player,
                    "zones": zones.get(player["player_lookup"]),
                    "forecasts": {row["system_id"]: row for row in forecasts.get(player["player_lookup"], [])},
                }
                for player in form.get(of, [])
            ]
            picture, drawn = _picture(f"points-{number}-{place}", players, points.get(of, []), drawn_system)
            sides.append(TeamSide(row, out.get(of, []), players, picture, drawn))
        asked = {name: slate_question(name, day, game_id).sql for name in PANELS}
        games.append(GameOnPage(game_id, sides, asked, drawn_system))
    return games


def _drawn_system(forecasts: Sequence[Row]) -> str:
    """The ensemble if it forecasts, else the first that gives quantiles."""
    found = sorted({row["system_id"] for row in forecasts if row["quantile_10"] is not None})
    return ENSEMBLE if ENSEMBLE in found else next(iter(found), "")


def _picture(name: str, players: Sequence[Row], points: list[Row], system: str) -> tuple[str, list[str]]:
    """The regulars who have a line or have played, and the same in words."""
    scored = {player: [row["points"] for row in rows] for player, rows in by(points, "player_lookup").items()}
    of = [
        Strip(
            _name(player),
            scored.get(player["player_lookup"], ()),
            _float(player["current_points_line"]),
            _interval(player["forecasts"].get(system)),
        )
        for player in players
        if _is_regular(player) and (player["current_points_line"] is not None or scored.get(player["player_lookup"]))
    ]
    return (strips(name, of) if of else ""), [strip.told for strip in of]


def _interval(row: Row | None) -> tuple[float, float, float] | None:
    if row is None or row["quantile_10"] is None:
        return None
    return float(row["quantile_10"]), float(row["quantile_50"]), float(row["quantile_90"])


def _name(player: Row) -> str:
    return str(player["player_full_name"] or player["player_lookup"])


def _float(value: Any) -> float | None:
    return None if value is None else float(value)
