"""Form, shot zones, match-ups and features before each next game: a module a table."""
