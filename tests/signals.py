"""Children that Ctrl+C ends, also where the tests run in the background of a shell, which ignores it for them."""

from __future__ import annotations

import signal


def heed_ctrl_c() -> None:
    """Undo what a child inherits; for `preexec_fn` of `subprocess.Popen`."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
