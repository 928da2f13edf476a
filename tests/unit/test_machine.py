from __future__ import annotations

import os
import subprocess
import sys

import pytest

from gan_inpaint.machine import physical_cores


def test_physical_cores_follow_the_process_affinity() -> None:
    assert 1 <= physical_cores() <= (os.cpu_count() or 1)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a process which cores it may use")
def test_a_process_held_to_one_processor_has_one_core() -> None:
    program = "import os; os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})\n"
    program += "from gan_inpaint.machine import physical_cores; print(physical_cores())"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    result = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True
    )
    assert result.stdout == "1\n"
