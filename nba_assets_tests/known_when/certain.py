"""Certain games: from when on nobody's result could still take a game out of the schedule.

SQL over the raw schedule, as a table `certain` of `game_id` and `known_at`. A game is certain from the morning after
the last game that decides its pairing; a game of a series from the morning after the game that left no way to end it
earlier. The source keeps its last edition only, so a game that was moved counts for the date it was moved to.
"""

from __future__ import annotations

CERTAIN = """
CREATE OR REPLACE TEMP TABLE certain AS
WITH games AS (
    SELECT
        game_id,
        game_date,
        season_year,
        [home_team_tricode, away_team_tricode] AS teams,
        CASE WHEN home_team_score > away_team_score THEN home_team_tricode ELSE away_team_tricode END AS winner,
        left(game_id, 9) AS series,
        right(game_id, 1)::INT AS number,
        substr(game_id, 8, 1)::INT AS round,
        CASE
            WHEN game_id LIKE '004%' THEN 'playoffs'
            WHEN game_id LIKE '005%' THEN 'play-in'
            WHEN game_id LIKE '006%' THEN 'cup final'
            -- The week of the Cup's knock-out is numbered after all other games, wherever it lies.
            WHEN substr(game_id, 6)::INT BETWEEN 1201 AND 1204 AND month(game_date) = 12 THEN 'cup quarterfinal'
            WHEN substr(game_id, 6)::INT > 1204 AND month(game_date) = 12 THEN 'cup week'
            WHEN substr(game_id, 6)::INT <= 60 AND month(game_date) IN (10, 11, 12) THEN 'cup group'
            ELSE 'regular'
        END AS stage
    FROM nba_raw.nbac_schedule
    WHERE left(game_id, 3) IN ('002', '004', '005', '006')
),
pairings AS (
    SELECT game.game_id, max(decider.game_date) AS settled
    FROM games AS game
    JOIN games AS decider
        ON game.season_year = decider.season_year AND game.game_id <> decider.game_id
    WHERE CASE
        WHEN game.stage = 'cup quarterfinal' THEN decider.stage = 'cup group'
        WHEN game.stage = 'cup week' THEN
            decider.stage = 'cup group'
            OR (decider.stage = 'cup quarterfinal' AND list_has_any(game.teams, decider.teams))
        WHEN game.stage = 'cup final' THEN
            decider.stage IN ('cup quarterfinal', 'cup week')
            AND decider.game_date < game.game_date
            AND list_has_any(game.teams, decider.teams)
        WHEN game.stage = 'play-in' THEN
            decider.game_id LIKE '002%'
            OR (
                decider.stage = 'play-in'
                AND decider.game_date < game.game_date
                AND list_has_any(game.teams, decider.teams)
            )
        WHEN game.stage = 'playoffs' THEN
            decider.game_id LIKE '002%'
            OR (decider.stage = 'play-in' AND list_has_any(game.teams, decider.teams))
            OR (
                decider.stage = 'playoffs'
                AND decider.round < game.round
                AND list_has_any(game.teams, decider.teams)
            )
        ELSE FALSE
    END
    GROUP BY ALL
),
won AS (
    SELECT after.series, after.number AS played, after.game_date, earlier.winner, count(*) AS wins
    FROM games AS after
    JOIN games AS earlier ON after.series = earlier.series AND earlier.number <= after.number
    WHERE after.stage = 'playoffs'
    GROUP BY ALL
),
standings AS (
    SELECT series, played, game_date, max(wins) AS leader FROM won GROUP BY ALL
    UNION ALL
    SELECT DISTINCT series, 0, DATE '1900-01-01', 0 FROM games WHERE stage = 'playoffs'
),
needed AS (
    -- However the games between go, nobody has four wins before this one.
    SELECT games.game_id, min(standings.game_date) AS settled
    FROM games
    JOIN standings
        ON games.series = standings.series
        AND standings.played < games.number
        AND standings.leader + (games.number - 1 - standings.played) <= 3
    WHERE games.stage = 'playoffs'
    GROUP BY ALL
)
SELECT
    games.game_id,
    (
        greatest(
            coalesce(
                pairings.settled,
                CASE WHEN games.stage IN ('regular', 'cup group') THEN DATE '1900-01-01' ELSE games.game_date - 1 END
            ),
            coalesce(needed.settled, DATE '1900-01-01')
        ) + 1
    )::TIMESTAMP AT TIME ZONE 'America/New_York' AS known_at
FROM games
LEFT JOIN pairings USING (game_id)
LEFT JOIN needed USING (game_id)
"""
