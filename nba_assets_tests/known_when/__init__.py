"""Look-ahead: what rows that stand before a game know that nobody knew at its tip.

A lake's raw tables are cut down to what was known at one tip, the tables whose rows stand before a game are built
again from what is left, and that tip's rows are compared with those of the whole lake. When a raw row was known is
written here a second time, in SQL over raw rows: a judge shares no formula with what it judges. A new raw table needs
a rule here, and every cut fails until it has one.
"""
