"""Printable text: what data holds, as a terminal or a log may show it.

Names, values and file names are written by others, and a terminal obeys the escape characters in what it is shown. What
Markdown takes for its own is escaped where Markdown is written.
"""

from __future__ import annotations


def printable(text: str) -> str:
    """Text with each character that is none to be seen (control, escape, direction, line separators) written as Python
    writes it; new lines and tabs stay."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c in "\n\t" else c.encode("unicode_escape").decode() for c in text)


def one_line(text: str) -> str:
    """The same in a single line."""
    return printable(text).replace("\n", "\\n")
