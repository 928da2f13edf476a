"""GAN Inpaint: what a user installs. Engine, models, daemon and command line; never imports torch.

For other programs: `detect`, `select`, `trace`, `fill` and `repair`, arrays in and out; see `gan_inpaint.interface`,
which is imported when one of them is first used.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from gan_inpaint.version import __version__

# onnxruntime reports to its maker from its first import on, and leaves a file in the user's cache, unless this is set.
# Nothing of the product is imported before this package, and child processes inherit the environment.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"

if TYPE_CHECKING:
    from gan_inpaint.interface import detect, fill, repair, select, trace

__all__ = ["__version__", "detect", "fill", "repair", "select", "trace"]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from gan_inpaint import interface

    return getattr(interface, name)
