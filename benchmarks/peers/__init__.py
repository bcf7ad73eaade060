"""Other ways to make the same tables from the same lake, timed beside ours: `make bench-peers`."""
