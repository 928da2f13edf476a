"""Losses, one function for each. Images are (N, 3, H, W), masks (N, 1, H, W) with 1 = hole; each returns a scalar."""

from gan_inpaint_training.losses.adversarial import (
    cross_entropy,
    discriminator_hinge,
    feature_matching,
    generator_hinge,
    gradient_penalty,
    patches_of_hole,
    published_feature_matching,
    relativistic,
    soft_mask,
    weighted_mean,
)
from gan_inpaint_training.losses.perceptual import alignment, feature_distance, self_guided, style
from gan_inpaint_training.losses.reconstruction import (
    composited_l1,
    depth_in_hole,
    discounted_l1,
    laplacian,
    masked_l1,
    overlap_l2,
    relative_l1,
)

__all__ = [
    "alignment",
    "composited_l1",
    "cross_entropy",
    "depth_in_hole",
    "discounted_l1",
    "discriminator_hinge",
    "feature_distance",
    "feature_matching",
    "generator_hinge",
    "gradient_penalty",
    "laplacian",
    "masked_l1",
    "overlap_l2",
    "patches_of_hole",
    "published_feature_matching",
    "relative_l1",
    "relativistic",
    "self_guided",
    "soft_mask",
    "style",
    "weighted_mean",
]
