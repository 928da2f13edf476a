"""Repair of many thin defects at once: scratches, hairs and specks. Arrays in, arrays out.

`thickness` divides a mask into thin and thick, `cover` finds few small windows for the thin part, `windows` fills them
in batches, and `planner` does all of that; its `repair` and `fill` are the entrances.
"""

from gan_inpaint.defects.planner import fill, repair

__all__ = ["fill", "repair"]
