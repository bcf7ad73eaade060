"""Conformed views: expressions compiled into what reads them, and never stored.

Here stands what is cheap to make again or read by one table. What several tables read and is dear to make is a table.
"""
