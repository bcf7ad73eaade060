"""One game, one player, one shot, one line: every quirk of the raw tables ends here.

Each view is one expression over raw tables, never stored. Identity (game, team, player) is settled in
`identity.py` and nowhere else; sources are coalesced game by game in `coalesce.py`'s one way.
"""
