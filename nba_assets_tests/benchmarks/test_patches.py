"""What a patch is worth: the mean of its pairs and the interval, and the table of the docs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks import patches
from benchmarks.patches import MARK, gain, keep, markdown
from nba_assets.orchestration.dagster_patches.switches import NAMES

PAIRS = [(9.0, 10.0), (8.0, 10.0), (10.0, 10.0)]


def test_a_gain_is_the_mean_of_its_pairs_with_its_interval() -> None:
    found = gain("run_log", "day", PAIRS)
    assert (found.with_s, found.without_s, found.pairs) == (9.0, 10.0, 3)
    assert found.percent == 10.0
    half = 4.303 * 10 / 3**0.5
    assert (found.low, found.high) == (round(10 - half, 1), round(10 + half, 1))


def test_figures_are_kept_in_place_of_the_last_of_the_same_patch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    figures, docs = tmp_path / "patches.json", tmp_path / "docs.md"
    docs.write_text(f"# Title\n\n{MARK}\nold\n{MARK}\n\nAfter.\n")
    monkeypatch.setattr(patches, "FIGURES", figures)
    monkeypatch.setattr(patches, "DOCS", docs)
    keep([gain(name, work, PAIRS) for name in ("run_log", "migrations") for work in ("day", "range")])
    keep([gain("run_log", work, PAIRS * 2) for work in ("day", "range")])
    kept = {(g["patch"], g["work"]): g["pairs"] for g in json.loads(figures.read_text())["gains"]}
    assert kept == {
        ("run_log", "day"): 6,
        ("run_log", "range"): 6,
        ("migrations", "day"): 3,
        ("migrations", "range"): 3,
    }
    text = docs.read_text()
    assert text.startswith("# Title\n")
    assert text.endswith("\n\nAfter.\n")
    assert "old" not in text
    assert "| `migrations` |" in text


def test_the_docs_have_the_figures_that_are_kept() -> None:
    if not patches.FIGURES.exists():
        pytest.skip("not measured yet")
    kept = [patches.Gain(**g) for g in json.loads(patches.FIGURES.read_text())["gains"]]
    assert f"{MARK}\n{markdown(kept)}\n{MARK}" in patches.DOCS.read_text()
    assert {g.patch for g in kept} <= NAMES.keys()
    assert all(g.pairs >= 12 for g in kept)


def test_pairs_take_turns_and_what_is_interrupted_goes_on_where_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    measured: list[tuple[str, str | None]] = []

    def cpu_seconds(work: str, root: Path, without: str | None) -> float:
        measured.append((work, without))
        return float(len(measured))

    monkeypatch.setattr(patches, "cpu_seconds", cpu_seconds)
    first = next(iter(patches.rounds(2, tmp_path, ["run_log"], ["day", "range"])))
    assert measured == [("day", None), ("day", "run_log"), ("range", None), ("range", "run_log")]
    assert first == {("run_log", "day"): [(1.0, 2.0)], ("run_log", "range"): [(3.0, 4.0)]}

    again = list(patches.rounds(2, tmp_path, ["run_log"], ["day", "range"]))
    assert measured[4:] == [("day", "run_log"), ("day", None), ("range", "run_log"), ("range", None)]
    assert again[1] == {
        ("run_log", "day"): [(1.0, 2.0), (6.0, 5.0)],
        ("run_log", "range"): [(3.0, 4.0), (8.0, 7.0)],
    }
    assert not list(tmp_path.iterdir())
