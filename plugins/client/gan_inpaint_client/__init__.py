"""The client of the GAN Inpaint daemon, for the Pythons of editors: the standard library only, Python 3.9 and newer.

`connect` returns a Client that waits for its answers; Job does the same work for an event loop. `read_settings` reads
what the installer wrote beside a plug-in, `context_window` says which part of the picture to send. Every failure is a
ClientError. `stages`, `refusals` and `dialogs` hold the words that both editors show, in the language that
`language.choose` has chosen before they are imported.
"""

from __future__ import annotations

from .blocking import PERHAPS_STALE, Client, connect
from .components import component_boxes
from .crop import Box, context_window
from .errors import ClientError, Refusal
from .job import SILENCE_SECONDS, Job, Progress
from .launch import DaemonStart, clean_environment, outside_sandbox
from .messages import Messenger
from .planner import Crop, crops, strips
from .receipt import receipt_text
from .requests import (
    DAMAGE_MAP_GONE,
    DetectionReply,
    DetectRequest,
    FillReply,
    FillRequest,
    RepairReply,
    RepairRequest,
    SelectRequest,
    TraceReply,
    TraceRequest,
)
from .runtime_file import RuntimeInfo, read_runtime_file
from .settings import Settings, read_settings
from .stream import timed_out

__all__ = [
    "DAMAGE_MAP_GONE",
    "PERHAPS_STALE",
    "SILENCE_SECONDS",
    "Box",
    "Client",
    "ClientError",
    "Crop",
    "DaemonStart",
    "DetectRequest",
    "DetectionReply",
    "FillReply",
    "FillRequest",
    "Job",
    "Messenger",
    "Progress",
    "Refusal",
    "RepairReply",
    "RepairRequest",
    "RuntimeInfo",
    "SelectRequest",
    "Settings",
    "TraceReply",
    "TraceRequest",
    "clean_environment",
    "component_boxes",
    "connect",
    "context_window",
    "crops",
    "outside_sandbox",
    "read_runtime_file",
    "read_settings",
    "receipt_text",
    "strips",
    "timed_out",
]
