"""Whole folders of scratched scans: restored with a journal and a report, on one machine or on a cluster."""
