"""JPEG with a subsampling that Pillow cannot write, such as 4:4:0 and 4:1:1: component by component.

Each component is encoded as a gray picture, and their scans are put into one file. In a scan of one component the
blocks are those of a gray picture (ITU-T T.81, A.2.2), so that the library does all of the encoding.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Sequence

import cv2
import numpy as np
from PIL import Image

from gan_inpaint.imagefile import jpeg_segments
from gan_inpaint.imagefile.jpeg_segments import Segment
from gan_inpaint.imagefile.photograph import Pixels
from gan_inpaint.imagefile.pillow import output_at_most

_TABLES, _HUFFMAN, _BASELINE, _PROGRESSIVE = 0xDB, 0xC4, 0xC0, 0xC2
_LARGEST_COEFFICIENT = 4  # bytes
_TO_YCC = np.array([
    [0.299, 0.587, 0.114, 0],
    [-0.168735892, -0.331264108, 0.5, 128],
    [0.5, -0.418687589, -0.081312411, 128],
])  # fmt: skip
"""Of R, G, B and 1, by the JPEG File Interchange Format (ITU-T T.871)."""

Factors = tuple[tuple[int, int], ...]
"""Horizontal and vertical sampling factor of each component."""


def can_encode(factors: Factors) -> bool:
    """Return whether all components are whole parts of the picture."""
    most = [max(each[axis] for each in factors) for axis in (0, 1)]
    return all(most[axis] % each[axis] == 0 for each in factors for axis in (0, 1))


def encode(pixels: Pixels, tables: Sequence[Sequence[int]], factors: Factors, progressive: bool) -> bytes:
    """Return a JPEG of `pixels` (H, W, 3) in YCbCr; `tables` are the components', the last one for all others."""
    height, width = pixels.shape[:2]
    planes = _to_ycc(pixels)
    frame = struct.pack(">BHHB", 8, height, width, len(factors))
    written, scans = [], b""
    for number, (horizontal, vertical) in enumerate(factors):
        table = min(number, len(tables) - 1)
        frame += bytes([number + 1, horizontal << 4 | vertical, table])
        shares = [max(each[axis] for each in factors) // factors[number][axis] for axis in (1, 0)]
        gray = _gray(_smaller(planes[..., number], *shares), tables[table], progressive)
        segments, data = jpeg_segments.split(gray)
        if table == number:
            written += [
                Segment(_TABLES, bytes([number]) + each.data[1:]) for each in segments if each.marker == _TABLES
            ]
        scans += b"".join(each.encode() for each in segments if each.marker == _HUFFMAN)
        scans += jpeg_segments.of_component(data, number + 1)
    written.append(Segment(_PROGRESSIVE if progressive else _BASELINE, frame))
    return b"\xff\xd8" + b"".join(each.encode() for each in written) + scans + b"\xff\xd9"


def _to_ycc(pixels: Pixels) -> Pixels:
    """Return YCbCr, rounded to the nearest level as libjpeg does; Pillow rounds down."""
    levels = cv2.transform(pixels.astype(np.float32), _TO_YCC)
    return np.asarray(np.clip(np.rint(levels), 0, 255), np.uint8)


def _gray(plane: Pixels, table: Sequence[int], progressive: bool) -> bytes:
    encoded = io.BytesIO()
    with output_at_most(_LARGEST_COEFFICIENT * plane.nbytes):
        Image.fromarray(plane).save(encoded, "JPEG", qtables=[list(table)], progressive=progressive, optimize=True)
    return encoded.getvalue()


def _smaller(plane: Pixels, rows: int, columns: int) -> Pixels:
    """Return the means of blocks of `rows` × `columns` pixels; edges are repeated."""
    if rows == columns == 1:
        return np.ascontiguousarray(plane)
    height, width = plane.shape
    padded = np.pad(plane, ((0, -height % rows), (0, -width % columns)), mode="edge").astype(np.uint32)
    sums = padded.reshape(padded.shape[0] // rows, rows, padded.shape[1] // columns, columns).sum(axis=(1, 3))
    return np.asarray((sums + rows * columns // 2) // (rows * columns), np.uint8)
