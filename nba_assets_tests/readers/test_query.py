"""`nba query` on a server: one SELECT, its tables quoted and told, no more rows asked for than are shown."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import pytest

from nba_assets.contracts.errors import BadInput
from nba_assets.readers.query import query_server
from nba_assets.warehouse.base import QueryFailed


@dataclass
class Server:
    """Answers three rows to whatever it is asked, and keeps the question."""

    dialect: str = "bigquery"
    asked: list[tuple[str, list[str]]] = field(default_factory=list)

    def fetch(self, sql: str, inputs: Any, timeout: float) -> pa.Table:
        if "refused" in sql:
            raise QueryFailed("400 no such column")
        self.asked.append((" ".join(sql.split()), [contract.full_name for contract in inputs]))
        return pa.table({"n": [1, 2, 3]})


def ask(server: Any, sql: str) -> pa.Table:
    return query_server(server, sql, 2)


def test_tables_are_quoted_and_the_first_rows_asked_for() -> None:
    server = Server()
    assert ask(server, "SELECT n FROM nba_raw.nbac_schedule WHERE day = 'nba_raw.x'; ").num_rows == 2
    assert server.asked == [
        ("SELECT `n` FROM `nba_raw`.`nbac_schedule` WHERE `day` = 'nba_raw.x' LIMIT 2", ["nba_raw.nbac_schedule"])
    ]


def test_a_limit_of_ones_own_and_another_project_stay() -> None:
    server = Server()
    ask(server, "SELECT 1 FROM `other.nba_raw.nbac_schedule` UNION ALL SELECT 2 LIMIT 1")
    ((sql, inputs),) = server.asked
    assert sql.endswith("LIMIT 1")
    assert "`other`" in sql or "`other." in sql
    assert inputs == []


def test_a_view_is_asked_by_what_it_is_made_of() -> None:
    server = Server()
    ask(server, "SELECT w.points FROM nba_predictions.ml_feature_store_v2_wide AS w WHERE w.game_date = '2024-11-01'")
    ((sql, inputs),) = server.asked
    assert "ml_feature_store_v2_wide" not in sql
    assert sql.endswith("AS `w` WHERE `w`.`game_date` = '2024-11-01' LIMIT 2")
    made_of = {"upcoming_player_game_context", "player_game_summary", "ml_feature_store_v2"}
    assert {name.partition(".")[2] for name in inputs} == made_of


def test_without_a_limit_all_rows_are_asked_for() -> None:
    server = Server()
    assert query_server(server, "SELECT n FROM nba_raw.nbac_schedule").num_rows == 3  # type: ignore[arg-type]
    assert "LIMIT" not in server.asked[0][0]


@pytest.mark.parametrize(
    ("sql", "told"),
    [
        ("DROP TABLE nba_raw.nbac_schedule", "takes one SELECT"),
        ("DELETE FROM nba_raw.nbac_schedule WHERE TRUE", "takes one SELECT"),
        ("SELECT 1; SELECT 2", "takes one SELECT"),
        ("CREATE TABLE x.y AS SELECT 1", "takes one SELECT"),
        ("EXPORT DATA OPTIONS (uri = 'gs://b/*') AS SELECT 1", "takes one SELECT"),
        ("CALL x.y()", "takes one SELECT"),
        ("SELECT FROM WHERE", "SQL: "),
        ("SELECT refused", "SQL: 400 no such column"),
    ],
)
def test_what_is_no_question_is_one_line(sql: str, told: str) -> None:
    server = Server()
    with pytest.raises(BadInput, match=told) as error:
        ask(server, sql)
    assert "\n" not in str(error.value)
    assert server.asked == []
