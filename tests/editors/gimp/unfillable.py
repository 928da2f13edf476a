"""What cannot be filled, inside GIMP: a part of `inside.py`."""

from __future__ import annotations

from gi.repository import Gegl, Gimp


def _group(image: Gimp.Image, layer: Gimp.Layer) -> Gimp.Layer:
    group = Gimp.GroupLayer.new(image, "group")
    image.insert_layer(group, None, 0)
    image.reorder_item(layer, group, 0)
    return group


def _text(image: Gimp.Image, _layer: Gimp.Layer) -> Gimp.Layer:
    text = Gimp.TextLayer.new(image, "Text", Gimp.context_get_font(), 20.0, Gimp.Unit.pixel())
    image.insert_layer(text, None, 0)
    return text


def _locked(_image: Gimp.Image, layer: Gimp.Layer) -> Gimp.Layer:
    layer.set_lock_content(True)
    return layer


def _in_locked_group(image: Gimp.Image, layer: Gimp.Layer) -> Gimp.Layer:
    _group(image, layer).set_lock_content(True)
    return layer


def _layer_mask(_image: Gimp.Image, layer: Gimp.Layer) -> Gimp.LayerMask:
    mask = layer.create_mask(Gimp.AddMaskType.WHITE)
    layer.add_mask(mask)
    return mask


def _channel(image: Gimp.Image, _layer: Gimp.Layer) -> Gimp.Channel:
    channel = Gimp.Channel.new(image, "channel", 64, 48, 50.0, Gegl.Color.new("red"))
    image.insert_channel(channel, None, 0)
    return channel


def _floating(_image: Gimp.Image, layer: Gimp.Layer) -> Gimp.Layer:
    return Gimp.Selection.float(_image, [layer], 0, 0)


def _hidden(_image: Gimp.Image, layer: Gimp.Layer) -> Gimp.Layer:
    layer.set_visible(False)
    return layer


def _in_hidden_group(image: Gimp.Image, layer: Gimp.Layer) -> Gimp.Layer:
    _group(image, layer).set_visible(False)
    return layer


def _empty(image: Gimp.Image, layer: Gimp.Layer) -> Gimp.Layer:
    layer.add_alpha()
    Gimp.Selection.all(image)
    layer.edit_clear()
    image.select_rectangle(Gimp.ChannelOps.REPLACE, 20, 10, 20, 20)
    return layer


def _quick_mask(image: Gimp.Image, layer: Gimp.Layer) -> Gimp.Layer:
    image.insert_channel(Gimp.Channel.new(image, "Qmask", 64, 48, 50.0, Gegl.Color.new("red")), None, 0)
    Gimp.Selection.none(image)
    return layer


UNFILLABLE = {
    "hidden": _hidden,
    "in a hidden group": _in_hidden_group,
    "empty": _empty,
    "quick mask": _quick_mask,
    "group": _group,
    "text": _text,
    "locked": _locked,
    "in a locked group": _in_locked_group,
    "layer mask": _layer_mask,
    "channel": _channel,
    "floating selection": _floating,
}
"""What makes a layer of an image of 64 × 48 pixels unfit for a fill; each returns what is chosen then."""
