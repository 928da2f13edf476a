"""The daemon: `serve` runs it in this process, `detach` starts it as a separate one."""

from gan_inpaint.server.daemon import Config, serve
from gan_inpaint.server.detach import detach
from gan_inpaint.server.runtime_file import RuntimeInfo

__all__ = ["Config", "RuntimeInfo", "detach", "serve"]
