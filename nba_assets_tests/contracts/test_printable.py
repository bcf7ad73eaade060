"""Printable text: nothing that a terminal obeys is left, and nothing else is changed."""

from __future__ import annotations

import pytest

from nba_assets.contracts.printable import one_line, printable


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Nikola Jokić, 26 points\n\tlayup", "Nikola Jokić, 26 points\n\tlayup"),
        ("\x1b[31mred\x1b[0m", "\\x1b[31mred\\x1b[0m"),
        ("\x9b2J", "\\x9b2J"),
        ("\x1b]0;title\x07", "\\x1b]0;title\\x07"),
        ("kept\rhidden", "kept\\rhidden"),
        ("abc\u202etxt.exe", "abc\\u202etxt.exe"),
        ("a\u2028b\ud800", "a\\u2028b\\ud800"),
    ],
)
def test_control_characters_are_shown(text: str, shown: str) -> None:
    assert printable(text) == shown


def test_no_text_holds_one_afterwards() -> None:
    text = "".join(map(chr, range(0x10000)))
    assert printable(text).replace("\n", " ").replace("\t", " ").isprintable()
    assert one_line(text).replace("\t", " ").isprintable()
