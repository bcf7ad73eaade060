"""Cases of the attack: drawn from seed, part and number alone; a ledger that outlives a kill; the table at the end."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from attack.case import Case, Ledger, Outcome, Played, played
from attack.lakes import Ground
from attack.tally import print_tally


def a_case(folder: Path, **changes: object) -> Case:
    return replace(Case(7, "kills", 3, folder / "case", Ground(folder)), **changes)


def test_a_case_draws_the_same_whenever_it_is_played(tmp_path: Path) -> None:
    drawn = [case.chance.random() for case in (a_case(tmp_path), a_case(tmp_path, root=tmp_path / "elsewhere"))]
    assert drawn[0] == drawn[1]
    others = [{"seed": 8}, {"part": "files"}, {"number": 4}]
    assert drawn[0] not in [a_case(tmp_path, **other).chance.random() for other in others]


def test_what_a_case_raises_is_a_loss_and_its_folder_goes(tmp_path: Path) -> None:
    def breaks(case: Case) -> Outcome:
        (case.root / "file").write_text("left")
        raise ValueError("two\nlines")

    done = played(a_case(tmp_path), breaks)
    assert done.outcome.losses == ["ValueError: two"]
    assert not a_case(tmp_path).root.exists()
    played(a_case(tmp_path), breaks, keep=True)
    assert a_case(tmp_path).root.exists()


def test_a_ledger_goes_on_after_half_a_line_and_the_last_of_a_case_counts(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger.jsonl")
    assert list(ledger) == []
    lost, held = (Played("kills", 1, 2.0, Outcome("kill", "", losses)) for losses in (["gone"], []))
    ledger.add(lost)
    with (tmp_path / "ledger.jsonl").open("a") as opened:
        opened.write('{"part": "kil')
    ledger.add(replace(held, number=0))
    ledger.add(held)
    assert [(each.number, each.outcome.losses) for each in ledger] == [(0, []), (1, [])]


def test_the_table_counts_tries_and_losses_and_says_how_to_play_one_again(capsys: pytest.CaptureFixture[str]) -> None:
    found = [
        Played(
            "files",
            1,
            1.0,
            Outcome(
                "a point too many",
                "",
                [],
                "flagged",
                told=["player_boxes.points_add_up"],
                needs=["player_boxes.points_add_up"],
            ),
        ),
        Played("files", 2, 1.0, Outcome("a point too many", "2024-11-05", ["silent: 3 rows", "and another"], "silent")),
        Played("conditions", 0, 0.0, Outcome("a full disk", "", skipped="no mount namespace")),
        Played("messages", 0, 1.0, Outcome("messages", "", tries=500)),
    ]
    assert print_tally(found, 7, Console(width=200, highlight=False)) == 1
    printed = capsys.readouterr().out
    for told in (
        "silent: 3 rows (files --case 2)",
        "no mount namespace",
        "500",
        "player_boxes.points_add_up 1",
        "games.two_teams",
    ):
        assert told in printed
    count, *lost = printed.splitlines()[-2:]
    assert count.startswith("4 cases, 1 lost")
    assert lost == ["LOST files --case 2: a point too many, 2024-11-05: silent: 3 rows (and 1 more)"], (
        "the end of a log is kept"
    )
