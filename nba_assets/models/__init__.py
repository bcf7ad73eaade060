"""Trained models: how they learn, what is kept of them, and what they say of a game to come.

Functions that python tables name: Arrow in, Arrow out. What is given to them is the tables' to say, and where their
files are kept the warehouse's.
"""
