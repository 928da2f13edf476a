"""Models of damage: what harms a film, what harms a print, and what only looks like damage.

`film` and `print` draw damage on a picture and label what can be seen of it (`labels`). `degradation` is what a picture
goes through before and after. `hard_negatives` draws scenes that look like damage. All of them draw with `layers` and
`lettering`. `examples` makes a picture of every kind for the documentation.
"""
