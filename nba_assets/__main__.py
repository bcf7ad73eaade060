"""`python -m nba_assets` is `nba`."""

from nba_assets.cli.app import main

main()
