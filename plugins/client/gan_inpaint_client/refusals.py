"""Why an editor does not start work, or drops its result: the same sentences in both editors.

Each sentence says what is wrong and what to do about it.
"""

from __future__ import annotations


class Refusal(Exception):
    """The picture, the layer or the selection cannot be worked on. The message is a sentence for the user."""


# The selection
NOTHING_SELECTED = "Nothing is selected. First select what you want to remove."
OUTSIDE_LAYER = "The selection is outside the layer. Choose the layer that shows what you selected."
OUTSIDE_PICTURE = "The selection is outside the picture. Select a part of the picture."
QUICK_MASK = "The Quick Mask is on, so nothing is selected yet. Turn it off first: Select → Toggle Quick Mask."
NO_DAMAGE = "No damage was found here. Raise the sensitivity, or choose another kind of damage."

# The picture
NO_PICTURE = "No picture is open. Open one, and choose the layer to work on."
INDEXED_COLOURS = "The picture has indexed colours. Choose Image → Mode → RGB first."
PICTURE_CHANGED = "The picture has changed in the meantime, so it stays as it is. Try again."
PICTURE_CLOSED = "The picture was closed or loaded again before the work was done. Open it, and try again."

# The layer
NO_LAYER = "No layer is chosen. Choose the layer that shows what you want to remove."
SEVERAL_LAYERS = "Several layers are chosen. Choose the one to work on."
MASK_OR_CHANNEL = "A layer mask or a channel is being edited. Choose an ordinary layer."
LAYER_GROUP = "A layer group cannot be filled. Choose a layer inside it, or merge the group first."
FLOATING_SELECTION = "There is a floating selection. Anchor it, or make it a layer, first."
LOCKED = "The layer's pixels are locked. Unlock them in the Layers dialog first."
CANNOT_WRITE = "The layer cannot be changed. Its pixels, or those of its group, may be locked."
HIDDEN = "The chosen layer is hidden. Show it, or choose the layer that shows what you want to remove."
HIDDEN_GROUP = "The chosen layer is in a hidden group. Show the group, or choose a layer that is seen."
WITHOUT_PIXELS = "The chosen layer has no pixels. Choose the layer that shows what you want to remove."
EMPTY_THERE = "The chosen layer is empty there. Choose the layer that shows what you want to remove."
UNREADABLE = "The pixels of the chosen layer cannot be read. Choose another layer."
LAYER_REMOVED = "The layer was removed before the work was done. Choose another one and try again."

# The plug-in
AT_WORK = "GAN Inpaint is already at work. Wait until it is done, or cancel it."
DEFECT = "GAN Inpaint failed because of a fault in the program. The picture has not changed. The log has the details."


def live_layer(kind: str) -> str:
    """Return the refusal of a `text`, `vector` or `link` layer, which is drawn from something else than pixels."""
    return f"A {kind} layer has no pixels. Turn it into pixels first, in the Layer menu."


def colour_model(name: str) -> str:
    """Return the refusal of a layer in another colour model than RGB or grayscale."""
    return f"A layer in {name} cannot be filled. Convert it to RGB or grayscale first."


def channel_depth(name: str) -> str:
    """Return the refusal of a layer whose channels have a depth that the daemon does not know."""
    return f"A layer with {name} channels cannot be filled. Convert it to 16 bits first."
