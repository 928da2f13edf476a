"""The unit for the cost of a fill: 20 convolutions 128→128, 3×3, on a map of 64×64, in onnxruntime."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
from onnx import TensorProto, helper, numpy_helper

from gan_inpaint.machine import physical_cores

CONVOLUTIONS, CHANNELS, SIDE = 20, 128, 64
NAME = f"{CONVOLUTIONS} convolutions {CHANNELS}→{CHANNELS}, 3×3, at {SIDE}²"


def yardstick() -> Callable[[], object]:
    """Return a run of the convolutions, on as many threads as the daemon takes."""
    random = np.random.default_rng(0)
    shape = (CHANNELS, CHANNELS, 3, 3)
    deviation = np.sqrt(1 / (CHANNELS * 9))
    weights = [
        numpy_helper.from_array((random.standard_normal(shape) * deviation).astype(np.float32), f"weight{number}")
        for number in range(CONVOLUTIONS)
    ]
    nodes = [
        helper.make_node("Conv", [f"x{number}", f"weight{number}"], [f"x{number + 1}"], pads=[1, 1, 1, 1])
        for number in range(CONVOLUTIONS)
    ]
    size = (1, CHANNELS, SIDE, SIDE)
    ends = [helper.make_tensor_value_info(f"x{at}", TensorProto.FLOAT, size) for at in (0, CONVOLUTIONS)]
    graph = helper.make_graph(nodes, "yardstick", ends[:1], ends[1:], weights)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model)
    run = session(model.SerializeToString())
    maps = random.standard_normal(size).astype(np.float32)
    return lambda: run.run(None, {"x0": maps})


def session(model: bytes | Path) -> ort.InferenceSession:
    """Return `model` on the CPU. Its threads spin while it runs, but not into the next measurement."""
    options = ort.SessionOptions()
    options.intra_op_num_threads = physical_cores()
    options.add_session_config_entry("session.force_spinning_stop", "1")
    source = model if isinstance(model, bytes) else str(model)
    return ort.InferenceSession(source, options, providers=["CPUExecutionProvider"])
