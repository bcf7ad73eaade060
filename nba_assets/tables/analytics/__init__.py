"""What happened in each game, and what is known before each next one: a module a table."""
