"""The page of commands, from their help."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import typer
from typer.cli import get_docs_for_click

from nba_assets.cli.app import app

OPENING = """# Commands

What `nba COMMAND --help` says, made from it by `make docs`. How commands end is told with the
[exit codes](exit_codes.md), what `--json` prints on [its own page](json.md). Dates are `2021-11-15`, or `today`,
`yesterday`, `tomorrow`, `today-7`, US Eastern; `--tables a,b` narrows a run.
"""


def command_page() -> str:
    command = typer.main.get_command(app)
    text = get_docs_for_click(obj=command, ctx=typer.Context(command), name="nba")
    return OPENING + "\n" + _tidied(text[text.index("**Usage**") :], dict(_listed(command)))


def _listed(command: Any, called: str = "nba") -> Iterator[tuple[str, str]]:
    """Each command below another as a line of a list: what it does, whole, and where it is told."""
    for name, below in getattr(command, "commands", {}).items():
        does = " ".join((below.help or "").split("\n\n")[0].split())
        yield name, f"* [`{name}`](#{called.replace(' ', '-')}-{name}): {does}"
        yield from _listed(below, f"{called} {name}")


def _tidied(text: str, listed: Mapping[str, str]) -> str:
    """One heading a command, its list uncut, and no completion of shells, which `--help` tells."""
    text = re.sub(r"^\* `([a-z]+)`: .*$", lambda line: listed[line[1]], text, flags=re.MULTILINE)
    text = re.sub(r"^\* `--(?:install|show)-completion`.*\n", "", text, flags=re.MULTILINE)
    text = re.sub(r"^## `(nba.*)`$", r"## \1", text, flags=re.MULTILINE)
    text = re.sub(r"^### `(nba.*)`$", r"### \1", text, flags=re.MULTILINE)
    return text.rstrip() + "\n"
