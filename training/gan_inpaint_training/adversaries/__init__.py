"""Adversaries: a discriminator with its losses, optimiser, number of steps and schedule."""

from __future__ import annotations

from lightning.fabric import Fabric

from gan_inpaint_training import discriminators as networks
from gan_inpaint_training.adversaries.adversary import Adversary
from gan_inpaint_training.adversaries.cross_entropy import CrossEntropyAdversary
from gan_inpaint_training.adversaries.hinge import HingeAdversary
from gan_inpaint_training.adversaries.relativistic import RelativisticAdversary
from gan_inpaint_training.adversaries.soft_mask import SoftMaskAdversary
from gan_inpaint_training.adversaries.wasserstein import WassersteinAdversary
from gan_inpaint_training.config import (
    AdversaryConfig,
    CriticsConfig,
    DeepFillPatchGANConfig,
    GlobalLocalConfig,
    PatchDiscriminatorConfig,
    SNPatchGANConfig,
    SoftMaskConfig,
    TwoPathDiscriminatorConfig,
)

__all__ = [
    "Adversary",
    "CrossEntropyAdversary",
    "HingeAdversary",
    "RelativisticAdversary",
    "SoftMaskAdversary",
    "WassersteinAdversary",
    "build",
]


def build(config: AdversaryConfig, side: int, fabric: Fabric, *, matching: bool) -> Adversary:
    """Return the untrained adversary of a configuration for pictures of `side`² pixels.

    `matching`: whether the generator's loss compares the discriminator's features. Raises SideError for a `side` that
    the discriminator does not take.
    """
    match config:
        case SNPatchGANConfig():
            return HingeAdversary(networks.SNPatchGAN(config.width), config, fabric, matching, everywhere=False)
        case DeepFillPatchGANConfig():
            return HingeAdversary(networks.DeepFillPatchGAN(config.width), config, fabric, matching, everywhere=True)
        case GlobalLocalConfig():
            discriminator = networks.GlobalLocalDiscriminator(config.width, side)
            return RelativisticAdversary(discriminator, config, fabric, matching)
        case CriticsConfig():
            return WassersteinAdversary(networks.GlobalLocalCritic(side, config.width), config, fabric, matching)
        case SoftMaskConfig():
            return SoftMaskAdversary(networks.SoftMaskPatchGAN(config.width), config, fabric, matching)
        case PatchDiscriminatorConfig():
            return CrossEntropyAdversary(networks.PatchDiscriminator(side // 2), config, fabric, matching)
        case TwoPathDiscriminatorConfig():
            return CrossEntropyAdversary(networks.TwoPathDiscriminator(side), config, fabric, matching)
