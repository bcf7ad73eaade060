"""Settings that are numbers: what is taken for one, and one line for what is none."""

from __future__ import annotations

import pytest

from nba_assets.contracts.errors import BadInput
from nba_assets.contracts.settings import whole_number


@pytest.mark.parametrize("text", ["0", "7", "007", "999999999999999999"])
def test_numbers(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NBA_X", text)
    assert whole_number("NBA_X", 1, least=0) == int(text)


@pytest.mark.parametrize(
    "text", ["-0", " 5", "1e3", "0x10", "1_0", "\u0663", "9" * 19, "9" * 5000], ids=lambda t: t[:20]
)
def test_what_is_none_is_told(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NBA_X", text)
    with pytest.raises(BadInput, match=r"^NBA_X: .* is no whole number above zero"):
        whole_number("NBA_X", 1)


def test_an_empty_one_is_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NBA_X", "")
    assert whole_number("NBA_X", 5) == 5
