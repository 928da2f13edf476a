"""The repair of one scratched picture: many thin defects at once."""
