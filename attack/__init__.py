"""The attack: bad days drawn at random from a seed, thousands of them, and what did not survive.

Killed commands, messages of all sorts, damaged files, full disks, tables built in any order. A case is drawn from the
seed, its part and its number alone, so each can be played again by itself. Not part of the package: it runs `nba` from
outside, or builds tables in memory, and knows a table only by its contract.
"""
