"""`nba`, and `python -m nba_assets`: the commands, and what Ctrl-C does while they load."""

from __future__ import annotations

import os
import signal

from nba_assets.cli import INTERRUPTED


def main() -> None:
    """Load the commands, and run the one that is asked for."""
    heard = signal.getsignal(signal.SIGINT) is signal.default_int_handler  # in the background of a script it is not
    if heard:  # an exception would show where the imports were, and some libraries make another of it
        signal.signal(signal.SIGINT, lambda *_: os._exit(INTERRUPTED))
    from nba_assets.cli.app import main as run

    if heard:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    run()


if __name__ == "__main__":
    main()
