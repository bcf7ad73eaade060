"""Conformed tables: one game, one player, one play, one line, whatever the sources.

Every quirk of the raw tables ends here. A table a file, stored daily in `nba_conformed`; what is cheap and read by few
stays a view, in the package below. Identity is settled by one set of rules; sources are coalesced game by game.
"""
