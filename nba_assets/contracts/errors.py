"""Errors that are told in one line, since a user can mend them. No other failure belongs here."""


class BadInput(Exception):  # noqa: N818 - it names what a user gave, not what broke
    """One line that names the file, column, date or table that is wrong. Nothing has been written."""


class GaveWay(Exception):  # noqa: N818 - as above
    """One line that names what gave way while work was done, and the remedy. What was finished stays finished."""
