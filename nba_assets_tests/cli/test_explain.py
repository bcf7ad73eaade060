"""What `nba explain` prints of inputs: for people those that say something, for programs all."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date

import pytest

from nba_assets.audit.explain import Explanation, Input
from nba_assets.cli.explain import _print_inputs
from nba_assets.cli.rows import print_as_json
from nba_assets.contracts.contract import Contract
from nba_assets.tables.conformed.games import games
from nba_assets.tables.conformed.team_boxes import team_boxes
from nba_assets.tables.raw.schedule import nbac_schedule


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    yield
    print_as_json(False)


def given(contract: Contract, related: int, *, could: bool) -> Input:
    return Input(contract, None, read=9, related=related, enough=(), narrowed=True, could=could)


FOUND = Explanation(
    team_boxes,
    date(2024, 10, 22),
    ["points"],
    stored={},
    made=None,
    again=None,
    inputs=[given(games, 1, could=True), given(nbac_schedule, 0, could=False)],
)


def test_what_is_not_needed_is_named_and_no_more(capsys: pytest.CaptureFixture[str]) -> None:
    _print_inputs(FOUND)
    printed = capsys.readouterr().out
    assert "nba_conformed.games" in printed
    assert "passed over" in printed
    assert "not needed: nbac_schedule\n" in printed
    assert "nba_raw.nbac_schedule" not in printed


def test_json_has_every_input(capsys: pytest.CaptureFixture[str]) -> None:
    print_as_json(True)
    _print_inputs(FOUND)
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(line["table"], line["role"]) for line in lines] == [
        ("nba_conformed.games", "passed over"),
        ("nba_raw.nbac_schedule", "not needed"),
    ]
