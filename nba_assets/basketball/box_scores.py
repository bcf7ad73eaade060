"""Counting statistics: what they are called here, in players' box scores and in the NBA's team totals."""

from __future__ import annotations

SOURCES_NAMES = {
    "points": "points",
    "assists": "assists",
    "steals": "steals",
    "blocks": "blocks",
    "turnovers": "turnovers",
    "personal_fouls": "personal_fouls",
    "offensive_rebounds": "offensive_rebounds",
    "defensive_rebounds": "defensive_rebounds",
    "fg_makes": "field_goals_made",
    "fg_attempts": "field_goals_attempted",
    "three_pt_makes": "three_pointers_made",
    "three_pt_attempts": "three_pointers_attempted",
    "ft_makes": "free_throws_made",
    "ft_attempts": "free_throws_attempted",
}
"""Our names of the counting statistics, and those of the players' sources."""

COUNTS = tuple(SOURCES_NAMES)
