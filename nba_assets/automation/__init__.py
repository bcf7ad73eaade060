"""When and in what processes assets run: executor and jobs. What they do is `asset.py`'s."""
