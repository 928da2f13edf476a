"""Scratched scans: repairing one picture, and whole folders of them with a journal and a report."""
