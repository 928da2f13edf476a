"""The floating-point precision of training."""

from __future__ import annotations

from typing import Literal

import torch

Precision = Literal["32-true", "bf16-mixed"]


def precision_of(wanted: Precision | Literal["auto"]) -> Precision:
    """Return `wanted`, with "auto" as bfloat16 where the hardware supports it: on a GPU, or on a CPU with AVX-512.

    Other CPUs emulate bfloat16, which is much slower than 32 bits.
    """
    if wanted != "auto":
        return wanted
    computed = torch.accelerator.is_available() or torch.backends.cpu.get_cpu_capability() == "AVX512"
    return "bf16-mixed" if computed else "32-true"
