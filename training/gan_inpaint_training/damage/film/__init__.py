"""Damage of films and slides: thin overlays, whose size does not depend on the picture's."""
