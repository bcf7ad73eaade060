"""Forecasts, predictions against lines, and how they were graded: a module a table."""
