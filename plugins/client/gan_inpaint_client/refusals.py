"""Why an editor does not start work, or drops its result: the same sentences in both editors.

Each sentence says what is wrong and what to do about it.
"""

from __future__ import annotations

from .language import _

# The selection
NOTHING_SELECTED = _("Nothing is selected. First select what you want to remove.")
NOTHING_SELECTED_ANYWHERE = _("Nothing is selected in any open image. First select what you want to remove.")
OUTSIDE_LAYER = _("The selection is outside the layer. Choose the layer that shows what you selected.")
OUTSIDE_PICTURE = _("The selection is outside the picture. Select a part of the picture.")
QUICK_MASK = _("The Quick Mask is on, so nothing is selected yet. Turn it off first: Select → Toggle Quick Mask.")
NO_SAMPLE = _("The sampling area is empty, or outside the layer. Mark where to copy from, or choose none.")
OTHER_PICTURE = _("What is not to be sampled, or alone is, belongs to another picture. Choose one of this picture.")
NO_DAMAGE = _("No damage was found here. Raise the sensitivity, or choose another kind of damage.")
NO_KIND = _("No kind of damage is chosen. Choose one at least.")

# The line to trace
NO_PATH = _(
    "There is no path and no selection. Click along the scratch with the Paths tool, or select it roughly, then try "
    "again."
)
NO_STROKE = _(
    "Nothing is painted on this layer, and nothing is selected. Paint over the scratch on an empty layer above the "
    "picture, or select it roughly, then try again."
)
ONE_POINT = _("The path has one point only. Click on the scratch in two places at least.")
POINT_OUTSIDE = _("A point of the path is outside the layer. Put it on the scratch.")
STROKE_TOO_BROAD = _("Too much is selected for a scratch. Draw a narrow stroke along it.")
NO_LAYER_BELOW = _("There is no visible layer below the stroke. Paint on a layer above the picture.")

# The picture
NO_PICTURE = _("No picture is open. Open one, and choose the layer to work on.")
INDEXED_COLOURS = _("The picture has indexed colours. Choose Image → Mode → RGB first.")
PICTURE_CHANGED = _("The picture has changed in the meantime, so it stays as it is. Try again.")
PICTURE_CLOSED = _("The picture was closed or loaded again before the work was done. Open it, and try again.")

# The layer
NO_LAYER = _("No layer is chosen. Choose the layer that shows what you want to remove.")
SEVERAL_LAYERS = _("Several layers are chosen. Choose the one to work on.")
MASK_OR_CHANNEL = _("A layer mask or a channel is being edited. Choose an ordinary layer.")
LAYER_GROUP = _("A layer group cannot be filled. Choose a layer inside it, or merge the group first.")
FLOATING_SELECTION = _("There is a floating selection. Anchor it, or make it a layer, first.")
LOCKED = _("The layer's pixels are locked. Unlock them in the Layers dialog first.")
CANNOT_WRITE = _("The layer cannot be changed. Its pixels, or those of its group, may be locked.")
HIDDEN = _("The chosen layer is hidden. Show it, or choose the layer that shows what you want to remove.")
HIDDEN_GROUP = _("The chosen layer is in a hidden group. Show the group, or choose a layer that is seen.")
SEEN_THROUGH = _(
    "The layer is not opaque, or not in the mode Normal, and has other colours than the picture, so a fill above it "
    "would not look right. Convert its colours to those of the picture first."
)
ANIMATED_SEEN_THROUGH = _(
    "The animated layer has a mask, is not opaque or not in the mode Normal, so a fill above it would not look right. "
    "Show it as it is first."
)
NOT_SHOWN = _(
    "The layer is not opaque, or not in the mode Normal, so it gets a group, which can be made in the picture that is "
    "shown alone. Show this picture, and fill it by itself."
)
WITHOUT_PIXELS = _("The chosen layer has no pixels. Choose the layer that shows what you want to remove.")
EMPTY_THERE = _("The chosen layer is empty there. Choose the layer that shows what you want to remove.")
NOTHING_TRANSPARENT = _("Nothing is transparent here. Choose the layer whose transparent parts you want to fill.")
NOTHING_PAINTED = _("Nothing is painted on this layer. Paint over what you want to remove, on an empty layer above it.")
OTHER_COLOURS = _(
    "The painted layer has other colours than the picture. Paint on a layer with the colours of the picture."
)
PAINT_SEEN_THROUGH = _("The painted layer is seen through. Set its opacity to 100 % and its mode to Normal first.")
NOT_PLAIN = _(
    "The chosen layer does not show its pixels as they are: it has an opacity, a mode, a mask or an effect. Choose "
    "another layer, or let the fill become a new one."
)
UNREADABLE = _("The pixels of the chosen layer cannot be read. Choose another layer.")
LAYER_REMOVED = _("The layer was removed before the work was done. Choose another one and try again.")

# The plug-in
AT_WORK = _("GAN Inpaint is already at work. Wait until it is done, or cancel it.")
DEFECT = _(
    "GAN Inpaint failed because of a fault in the program. The picture has not changed. The log has the details."
)


_LIVE_LAYERS = {
    "text": _("A text layer has no pixels. Turn it into pixels first, in the Layer menu."),
    "vector": _("A vector layer has no pixels. Turn it into pixels first, in the Layer menu."),
    "link": _("A link layer has no pixels. Turn it into pixels first, in the Layer menu."),
}


def live_layer(kind: str) -> str:
    """Return the refusal of a `text`, `vector` or `link` layer, which is drawn from something else than pixels."""
    return _LIVE_LAYERS[kind]


def colour_model(name: str) -> str:
    """Return the refusal of a layer in another colour model than RGB or grayscale."""
    return _("A layer in {model} cannot be filled. Convert it to RGB or grayscale first.").format(model=name)


def channel_depth(name: str) -> str:
    """Return the refusal of a layer whose channels have a depth that the daemon does not know."""
    return _("A layer with {depth} channels cannot be filled. Convert it to 16 bits first.").format(depth=name)
