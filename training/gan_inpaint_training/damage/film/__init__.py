"""Damage of films and slides: thin overlays, whose size does not depend on the picture's.

`KINDS` names the kinds of damage, each a function of a random generator and a size that returns layers. `composition`
puts layers on a picture and labels them.
"""

from gan_inpaint_training.damage.film.composition import damaged
from gan_inpaint_training.damage.film.kinds import FILM, KINDS

__all__ = ["FILM", "KINDS", "damaged"]
