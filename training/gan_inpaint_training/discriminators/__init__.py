"""Discriminators: image and mask → scores and features. Which adversary trains which: see `adversaries`."""

from gan_inpaint_training.discriminators.context_encoder import PatchDiscriminator
from gan_inpaint_training.discriminators.critics import GlobalLocalCritic
from gan_inpaint_training.discriminators.deepfill_patchgan import DeepFillPatchGAN
from gan_inpaint_training.discriminators.dmfn import GlobalLocalDiscriminator
from gan_inpaint_training.discriminators.sn_patchgan import SNPatchGAN
from gan_inpaint_training.discriminators.soft_mask_patchgan import SoftMaskPatchGAN
from gan_inpaint_training.discriminators.two_path import TwoPathDiscriminator

__all__ = [
    "DeepFillPatchGAN",
    "GlobalLocalCritic",
    "GlobalLocalDiscriminator",
    "PatchDiscriminator",
    "SNPatchGAN",
    "SoftMaskPatchGAN",
    "TwoPathDiscriminator",
]
