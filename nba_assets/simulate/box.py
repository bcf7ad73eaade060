"""Box score of a simulated game: who did what, added up from the game's events and nothing else."""

from __future__ import annotations

from dataclasses import dataclass, fields

from nba_assets.simulate.events import Event
from nba_assets.simulate.players import Player

_NOT_PERSONAL = ("technical",)


@dataclass
class Line:
    """One player's or one team's line."""

    seconds: int = 0
    points: int = 0
    assists: int = 0
    steals: int = 0
    blocks: int = 0
    turnovers: int = 0
    personal_fouls: int = 0
    field_goals_made: int = 0
    field_goals_attempted: int = 0
    three_pointers_made: int = 0
    three_pointers_attempted: int = 0
    free_throws_made: int = 0
    free_throws_attempted: int = 0
    offensive_rebounds: int = 0
    defensive_rebounds: int = 0
    plus_minus: int = 0

    @property
    def total_rebounds(self) -> int:
        return self.offensive_rebounds + self.defensive_rebounds

    def counts(self) -> dict[str, int]:
        """The counting statistics by the names of the raw tables."""
        return {name: getattr(self, name) for name in COUNTS}


COUNTS = tuple(f.name for f in fields(Line) if f.name not in ("seconds", "plus_minus"))


def box_score(events: list[Event]) -> dict[Player, Line]:
    """A line for everyone who was on court."""
    lines: dict[Player, Line] = {}
    before: Event | None = None
    for event in events:
        for player in (*event.home_five, *event.away_five):
            if player not in lines:
                lines[player] = Line()
        if before is not None and event.period == before.period and event.clock != before.clock:
            for player in (*before.home_five, *before.away_five):
                lines[player].seconds += before.clock - event.clock
        before = event
        if event.points:
            home_scored = event.player in event.home_five
            for player in event.home_five:
                lines[player].plus_minus += event.points if home_scored else -event.points
            for player in event.away_five:
                lines[player].plus_minus += -event.points if home_scored else event.points
        if event.player is not None:
            _credit(event, lines[event.player])
            _credit_other(event, lines)
    return lines


def _credit(event: Event, line: Line) -> None:
    line.points += event.points or 0
    match event.kind:
        case "shot":
            three, made = bool(event.shot and event.shot.three), bool(event.made)
            line.field_goals_attempted += 1
            line.field_goals_made += made
            line.three_pointers_attempted += three
            line.three_pointers_made += three and made
        case "free throw":
            line.free_throws_attempted += 1
            line.free_throws_made += bool(event.made)
        case "rebound" if event.detail == "rebound offensive":
            line.offensive_rebounds += 1
        case "rebound":
            line.defensive_rebounds += 1
        case "turnover":
            line.turnovers += 1
        case "foul":
            line.personal_fouls += event.detail not in _NOT_PERSONAL


def _credit_other(event: Event, lines: dict[Player, Line]) -> None:
    if event.other is None:
        return
    match event.role:
        case "assist":
            lines[event.other].assists += 1
        case "steal":
            lines[event.other].steals += 1
        case "block":
            lines[event.other].blocks += 1


def total(lines: list[Line]) -> Line:
    """The team's line. `plus_minus` of five men is five times the margin."""
    added = Line(**{name: sum(getattr(line, name) for line in lines) for name in COUNTS})
    added.seconds = sum(line.seconds for line in lines)
    added.plus_minus = sum(line.plus_minus for line in lines) // 5
    return added
