"""Views over precomputed tables for those who read them; nothing is built from these."""
