"""Scratched scans: repairing one picture, and whole folders of them with a journal and a report."""

MOST_DAMAGED = 0.3
"""The share of a picture beyond which it is no damage, and nothing would be left to repair it from."""
