"""Files on disk: written completely or not at all (`atomic`), and locked by one process at a time (`locks`)."""
