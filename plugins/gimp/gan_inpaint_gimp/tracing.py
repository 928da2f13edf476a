"""Filters → GAN Inpaint → Trace scratch, and the procedure `gan-inpaint-trace-scratch`."""

from __future__ import annotations

from gan_inpaint_client import Refusal, refusals
from gan_inpaint_client.language import _
from gan_inpaint_client.tracing import MOST_DRAWN, Line, Point, Tracing, path_lines, stroke_lines

from .bindings import Gimp
from .command import Call, Command
from .daemon import open_client
from .progress import show_end, show_start
from .selected import Selected
from .selection import select
from .working import finish

ANCHOR = 6  # numbers of an anchor of a stroke: a handle, the anchor itself and the other handle, each x and y


def _run(call: Call) -> bool:
    selected = Selected.whole(call.image, call.drawables)
    points = _points(call.image)
    lines = _path_lines(selected, points) if points else _stroke_lines(selected)
    tracing = Tracing(lines, selected.size, selected.pixels, selected.description)
    show_start()
    with open_client() as client:
        tracing.begin(client.hello()["limits"]["pixels"])
        finish(client, tracing)
    if not call.image.is_valid():
        raise Refusal(refusals.PICTURE_CLOSED)
    select(call.image, selected.in_image(tracing.area), tracing.mask, added=bool(points))
    show_end()
    return True


def _points(image: Gimp.Image) -> list[list[Point]]:
    """Return the anchors of each stroke of the selected paths, in the image's coordinates."""
    strokes = []
    for path in image.get_selected_paths():
        for stroke in path.get_strokes():
            _kind, numbers, closed = path.stroke_get_points(stroke)
            anchors = [(numbers[at + 2], numbers[at + 3]) for at in range(0, len(numbers) - ANCHOR + 1, ANCHOR)]
            strokes.append(anchors + anchors[:1] if closed else anchors)
    return strokes


def _path_lines(selected: Selected, strokes: list[list[Point]]) -> list[Line]:
    """Return the lines of a path; raise Refusal if it has no line, or leaves the layer.

    A path counts from the corner of a pixel, a line from its middle.
    """
    corner, (width, height) = selected.in_image(selected.box), selected.size
    placed = [[(x - corner.x - 0.5, y - corner.y - 0.5) for x, y in stroke] for stroke in strokes if len(stroke) > 1]
    if not placed:
        raise Refusal(refusals.ONE_POINT)
    if not all(-0.5 <= x < width - 0.5 and -0.5 <= y < height - 0.5 for stroke in placed for x, y in stroke):
        raise Refusal(refusals.POINT_OUTSIDE)
    return [line for stroke in placed for line in path_lines(stroke)]


def _stroke_lines(selected: Selected) -> list[Line]:
    """Return the lines of the selection, which is a rough stroke along them; raise Refusal if nothing is selected."""
    if Gimp.Selection.is_empty(selected.image):
        raise Refusal(refusals.NO_PATH)
    roughly = Selected.or_all(selected.image, [selected.layer])
    mask = roughly.mask(roughly.box)
    if len(mask) - mask.count(0) > MOST_DRAWN:
        raise Refusal(refusals.STROKE_TOO_BROAD)
    return stroke_lines(mask, roughly.box)


def _no_arguments(_procedure: Gimp.Procedure) -> None:
    """Add nothing: the path, or the selection, says it all."""


TRACE = Command(
    name="gan-inpaint-trace-scratch",
    label=_("Tra_ce scratch"),
    blurb=_("Select a scratch along the selected path, or under a rough selection"),
    help=_(
        "Click along the scratch with the Paths tool, on two points at least, or select it roughly. The scratch "
        "itself, as wide as it is, becomes the selection. Along a path it is added to the selection. No network runs."
    ),
    add_arguments=_no_arguments,
    run=_run,
)
