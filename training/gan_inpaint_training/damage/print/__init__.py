"""Damage of prints, measured against the print: cracks, creases, losses, stains, marks.

`KINDS` names the kinds of damage, each a function of a random generator and the `Print` that returns marks.
"""

from gan_inpaint_training.damage.print.crops import damaged_print
from gan_inpaint_training.damage.print.kinds import KINDS
from gan_inpaint_training.damage.print.marks import Cover, Mark, Relief, Tint
from gan_inpaint_training.damage.print.sheet import Print

__all__ = ["KINDS", "Cover", "Mark", "Print", "Relief", "Tint", "damaged_print"]
