"""The tables of form, each by rows worked out by hand and by what holds for any games."""
