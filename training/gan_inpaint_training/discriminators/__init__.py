"""Discriminators, by the name that a configuration uses."""

from gan_inpaint_training.discriminators.sn_patchgan import SNPatchGAN

DISCRIMINATORS = {"sn-patchgan": SNPatchGAN}

__all__ = ["DISCRIMINATORS", "SNPatchGAN"]
