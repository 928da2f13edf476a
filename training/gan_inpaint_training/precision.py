"""In how many bits a network is trained."""

from __future__ import annotations

from typing import Literal

import torch

Precision = Literal["32-true", "bf16-mixed"]


def precision_of(wanted: Precision | Literal["auto"]) -> Precision:
    """`wanted`, of which "auto" means bfloat16 where the hardware computes it: on a GPU, or on a CPU with AVX-512.

    Other CPUs emulate it: with AVX2 the detector trained at a twelfth of the speed of 32 bits.
    """
    if wanted != "auto":
        return wanted
    computed = torch.accelerator.is_available() or torch.backends.cpu.get_cpu_capability() == "AVX512"
    return "bf16-mixed" if computed else "32-true"
