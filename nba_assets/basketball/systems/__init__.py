"""Prediction systems by rules: what each expects a player to score in his next game, a module a system.

Each takes rows with features under their names and gives points, which may lie beyond what anybody scores. What becomes
of past errors, and which rows there are, is not theirs.
"""
