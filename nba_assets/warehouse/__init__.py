"""What runs the queries and stores the tables; `base.py` is the interface, `resource.py` the choice of engine."""
