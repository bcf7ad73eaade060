"""Sources that report a simulated season: rows of the raw tables, quirks included. Nothing is decided here.

Every module has functions that give the rows of a table as dictionaries by column; one gathers them.
"""
