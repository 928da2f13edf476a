"""TIFF files tag by tag, as scanners and other programs write them; tifffile would write them by the book."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

import imagecodecs
import numpy as np

_TYPES = {3: "H", 4: "I"}
_REVERSED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))
Tags = dict[int, tuple[int, Any]]
"""Type (3 SHORT, 4 LONG) and value or values, by code."""


def segments_of(pixels: np.ndarray, tile: int, rows: int) -> list[np.ndarray]:
    """Strips of `rows` rows, or square tiles padded with zeros."""
    height, width, _ = pixels.shape
    if not tile:
        return [pixels[top : top + rows] for top in range(0, height, rows)]
    padded = np.pad(pixels, ((0, -height % tile), (0, -width % tile), (0, 0)))
    return [
        padded[top : top + tile, left : left + tile] for top in range(0, height, tile) for left in range(0, width, tile)
    ]


def encoded(segment: np.ndarray, compression: int, predictor: int, order: str, fill_order: int) -> bytes:
    """A segment as libtiff writes it; without LZW, ZIP or their like there is no predictor, whatever the tag says."""
    segment = np.ascontiguousarray(segment)
    if compression in (5, 8):
        if predictor == 2:
            bits = segment.view(f"u{segment.itemsize}")
            segment = np.diff(bits, axis=1, prepend=np.zeros_like(bits[:, :1]))
        elif predictor == 3:
            stored = segment.astype(segment.dtype.newbyteorder(order))
            return _packed(imagecodecs.floatpred_encode(stored, axis=1).tobytes(), segment, compression, fill_order)
    stored = segment.astype(segment.dtype.newbyteorder(order))
    return _packed(stored.tobytes(), stored, compression, fill_order)


def _packed(data: bytes, segment: np.ndarray, compression: int, fill_order: int) -> bytes:
    if compression == 5:
        data = imagecodecs.lzw_encode(data)
    elif compression == 8:
        data = imagecodecs.zlib_encode(data)
    elif compression == 32773:
        row = len(data) // len(segment)
        data = b"".join(imagecodecs.packbits_encode(data[at : at + row]) for at in range(0, len(data), row))
    return data if fill_order == 1 else data.translate(_REVERSED)


def write(
    path: Path,
    pixels: np.ndarray,
    *,
    compression: int = 1,
    predictor: int = 1,
    order: str = "<",
    fill_order: int = 1,
    tile: int = 0,
    rows: int = 16,
    change: Tags | None = None,
    without: tuple[int, ...] = (),
) -> Path:
    """Write pixels (H, W, C); then set the tags in `change`, and leave out those in `without`."""
    height, width, channels = pixels.shape
    parts = [encoded(each, compression, predictor, order, fill_order) for each in segments_of(pixels, tile, rows)]
    offsets = [8]
    for part in parts:
        offsets.append(offsets[-1] + len(part) + len(part) % 2)
    photometric, extra = (2, channels - 3) if channels >= 3 else (1, channels - 1)
    tags: Tags = {
        256: (4, width),
        257: (4, height),
        258: (3, [pixels.itemsize * 8] * channels),
        259: (3, compression),
        262: (3, photometric),
        277: (3, channels),
        339: (3, [3 if pixels.dtype.kind == "f" else 1] * channels),
        (324 if tile else 273): (4, offsets[:-1]),
        (325 if tile else 279): (4, [len(part) for part in parts]),
    }
    tags |= {322: (4, tile), 323: (4, tile)} if tile else {278: (4, rows)}
    tags |= {317: (3, predictor)} if predictor != 1 else {}
    tags |= {266: (3, fill_order)} if fill_order != 1 else {}
    tags |= {338: (3, [0] * extra)} if extra else {}
    tags |= change or {}
    body = b"".join(part + bytes(len(part) % 2) for part in parts)
    kept = {code: tags[code] for code in sorted(tags) if code not in without}
    path.write_bytes(_file(body, kept, order))
    return path


def _file(body: bytes, tags: Tags, order: str) -> bytes:
    directory = 8 + len(body)
    behind = directory + 2 + 12 * len(tags) + 4
    entries = far = b""
    for code, (kind, value) in tags.items():
        values = value if isinstance(value, list) else [value]
        raw = struct.pack(f"{order}{len(values)}{_TYPES[kind]}", *values)
        entries += struct.pack(f"{order}HHI", code, kind, len(values))
        if len(raw) <= 4:
            entries += raw.ljust(4, b"\0")
        else:
            entries += struct.pack(f"{order}I", behind + len(far))
            far += raw
    head = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(f"{order}I", directory)
    return head + body + struct.pack(f"{order}H", len(tags)) + entries + bytes(4) + far
