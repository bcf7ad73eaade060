"""What the `nba` command does: launch runs over dates, ask the lake questions. The command line is `cli.py`."""
