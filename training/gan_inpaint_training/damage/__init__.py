"""Models of damage: what harms a film, what harms a print, and what only looks like damage.

`film` and `print` draw damage, `degradation` what a picture goes through before and after, `composition` puts them
together and labels what can be seen, `hard_negatives` draws scenes that look like damage.
"""
