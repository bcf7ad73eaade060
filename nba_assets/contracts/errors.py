"""What goes wrong because of what a user gave us, told in one line. No other failure belongs here."""


class BadInput(Exception):  # noqa: N818 - it names what a user gave, not what broke
    """One line that names the file, column, date or table that is wrong. Nothing has been written."""
