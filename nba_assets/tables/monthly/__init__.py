"""Tables whose partitions are months, each under its first day: a module a table."""
