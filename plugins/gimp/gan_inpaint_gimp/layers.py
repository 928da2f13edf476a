"""Which layers can be worked on, and which of them show their pixels as they are."""

from __future__ import annotations

from gan_inpaint_client import Refusal, refusals

from .bindings import Gimp

NORMAL = (Gimp.LayerMode.NORMAL, Gimp.LayerMode.NORMAL_LEGACY)


def layer_of_pixels(image: Gimp.Image, drawables: list[Gimp.Drawable]) -> Gimp.Layer:
    """Return the one layer to work on; raise Refusal if it has no pixels of its own, or is not seen."""
    if len(drawables) != 1:
        raise Refusal(refusals.SEVERAL_LAYERS)
    layer = drawables[0]
    if not layer.is_layer():
        raise Refusal(refusals.MASK_OR_CHANNEL)
    if image.get_base_type() == Gimp.ImageBaseType.INDEXED:
        raise Refusal(refusals.INDEXED_COLOURS)
    if layer.is_group():
        raise Refusal(refusals.LAYER_GROUP)
    for kind in ("text", "vector", "link"):
        if _is_live(layer, kind):
            raise Refusal(refusals.live_layer(kind))
    if layer.is_floating_sel():
        raise Refusal(refusals.FLOATING_SELECTION)
    _check_seen(layer)
    return layer


def is_plain(layer: Gimp.Layer) -> bool:
    """Return whether a layer shows its pixels as they are, so that a patch above it looks like a part of it."""
    mask = layer.get_mask() is not None and layer.get_apply_mask()
    filters = any(effect.get_visible() for effect in getattr(layer, "get_filters", list)())
    return layer.get_opacity() == 100.0 and layer.get_mode() in NORMAL and not mask and not filters


def _check_seen(layer: Gimp.Layer) -> None:
    if not layer.get_visible():
        raise Refusal(refusals.HIDDEN)
    group = layer.get_parent()
    while group is not None:
        if not group.get_visible():
            raise Refusal(refusals.HIDDEN_GROUP)
        group = group.get_parent()


def _is_live(layer: Gimp.Layer, kind: str) -> bool:
    """Return whether a layer is of this kind and not yet rasterised; vector and link layers came with GIMP 3.2."""
    if not getattr(layer, f"is_{kind}_layer", bool)():
        return False
    return not getattr(layer, "is_rasterized", bool)()
