"""Errors that are the user's to mend, told in one line. No other failure belongs here."""


class BadInput(Exception):  # noqa: N818 - it names what a user gave, not what broke
    """One line that names the file, column, date or table that is wrong. Nothing has been written."""
