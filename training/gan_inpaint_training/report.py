"""`report.html`: a run's curves and sample grids in one file, from its TensorBoard events."""

from __future__ import annotations

import base64
import html
import json
import logging
from pathlib import Path
from typing import TypeVar

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator, ImageEvent

from gan_inpaint_training import provenance
from gan_inpaint_training.curves import curve
from gan_inpaint_training.writing import replace

NAME = "report.html"
GRIDS = 8  # at most, spread evenly over the run
EVERYTHING = {"scalars": 0, "images": 0}
# TensorBoard logs every file that it has read at INFO.
logging.getLogger("tensorboard").setLevel(logging.WARNING)

T = TypeVar("T")

PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>{title}</title>
<style>
body {{ font: 15px/1.5 sans-serif; max-width: 72rem; margin: 2rem auto; padding: 0 1rem; }}
.curves {{ display: flex; flex-wrap: wrap; gap: 1rem; }}
img {{ max-width: 100%; image-rendering: auto; }}
pre {{ background: #f4f4f4; padding: 1rem; overflow: auto; }}
</style>
<h1>{title}</h1>
<h2>Curves over the images seen</h2>
<div class="curves">{curves}</div>
{samples}
<h2>Configuration</h2>
<pre>{config}</pre>
<h2>Versions and data</h2>
<pre>{provenance}</pre>
</html>
"""


def write(run: Path) -> Path:
    """Write the report of a run into its folder; the page loads nothing from elsewhere. Raises OSError."""
    events = EventAccumulator(str(run), size_guidance=EVERYTHING).Reload()
    tags = events.Tags()
    curves = [curve(tag, [(e.step, e.value) for e in events.Scalars(tag)]) for tag in sorted(tags["scalars"])]
    samples = [f"<h2>Samples: {html.escape(tag)}</h2>\n{_grids(events.Images(tag))}" for tag in tags["images"]]
    config = (run / provenance.CONFIG).read_text("utf-8")
    facts = json.dumps(json.loads((run / provenance.PROVENANCE).read_text("utf-8")), indent=2)
    page = PAGE.format(
        title=html.escape(run.resolve().name),
        curves="\n".join(curves),
        samples="\n".join(samples),
        config=html.escape(config),
        provenance=html.escape(facts),
    )
    replace(run / NAME, page.encode())
    return run / NAME


def _grids(images: list[ImageEvent]) -> str:
    shown = spread(images, GRIDS)
    return "\n".join(f"<h3>{event.step} images</h3>\n{picture(event.encoded_image_string)}" for event in shown)


def picture(png: bytes) -> str:
    return f'<img alt="samples" src="data:image/png;base64,{base64.b64encode(png).decode()}">'


def spread(items: list[T], most: int) -> list[T]:
    """Return at most `most` items, spread evenly, with the first and the last among them."""
    if len(items) <= most:
        return items
    return [items[round(number * (len(items) - 1) / (most - 1))] for number in range(most)]
