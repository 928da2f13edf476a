"""What both editors' dialogs about the daemon and its models show.

In a label the character after `_` is the one that Alt chooses, as in GTK.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

from .dialogs import licence_text, model_title
from .language import N_, _, number
from .stages import stage_text

if TYPE_CHECKING:
    from .job import Progress

REFRESH_SECONDS = 2.0

SETTINGS_TITLE = _("GAN Inpaint: settings")
START_BUTTON, STOP_BUTTON, LOG_BUTTON = _("_Start"), _("_Stop"), _("Open _log")
ADD_BUTTON, CLOSE_BUTTON = _("_Add a published model…"), _("Clos_e")
MODELS_LABEL = _("Installed models")
LOOKING = _("Looking for the daemon…")
STOPPING = _("The daemon ends as soon as its current work is done.")
NOT_RUNNING = _("The daemon is not running. It starts by itself with the next fill.")
CANNOT_OPEN_LOG = _("The log cannot be opened. It is the file {path}.")

ADD_TITLE = _("GAN Inpaint: add a published model")
ADD_HINT = _("Others have published these models. Nothing is downloaded before you say so.")
DOWNLOAD_BUTTON = _("_Download…")
DOWNLOAD_TITLE = _("GAN Inpaint: download")
CONFIRM_BUTTON = _("_Download")
NOTHING_TO_ADD = _("All published models are installed.")
NOT_INSTALLED = _("Nothing was installed.")

_PROVIDER_SUFFIX = "ExecutionProvider"
_MEGABYTE = 1e6
_MEBIBYTE = 2**20

# What the catalogue of the daemon says, and what the models that ship are good for.
_PURPOSES = (
    N_("small and medium holes in photographs of places; the fastest and smallest of these models"),
    N_("large holes, repeating structures such as fences, bricks and windows; slow without a GPU"),
    N_("what LaMa is good for, in less than half the space; a little less exact"),
)
_SHIPPED = {
    "default": _("photographs of all kinds, with small and large holes"),
    "faces": _("faces that look towards the camera"),
    "scratches": _("finding scratches, hairs and dust of scans"),
    "classical": _("thin scratches and specks; it works without a neural network"),
}


class Entry(NamedTuple):
    """A model as a dialog lists it; `details` are lines below its title."""

    name: str
    title: str
    details: str


class Offer(NamedTuple):
    """A published model that can be installed; `question` is asked before anything is downloaded."""

    name: str
    title: str
    details: str
    question: str


def state_text(status: Mapping[str, Any]) -> str:
    """Return what the daemon is doing, by its `status`."""
    if status["running"]:
        return _("The daemon is running, version {version}, and at work.").format(version=status["version"])
    return _("The daemon is running, version {version}.").format(version=status["version"])


def processor_text(status: Mapping[str, Any]) -> str:
    """Return what the models run on."""
    used = dict.fromkeys(session["provider"].replace(_PROVIDER_SUFFIX, "") for session in status["sessions"])
    if not used:
        return _("Processor: known as soon as a model is loaded")
    return _("Processor: {name}").format(name=", ".join(used))


def memory_text(status: Mapping[str, Any]) -> str:
    """Return how much memory the daemon uses."""
    return _("Memory in use: {size}").format(size=_size(status["memory_mib"] * _MEBIBYTE))


def entries(installed: Iterable[Mapping[str, Any]]) -> list[Entry]:
    """Return the installed models of a `models` reply, those that ship first."""
    ordered = sorted(installed, key=lambda model: (not model["default"], not model["built_in"]))
    return [Entry(model["name"], _title(model), _details(model)) for model in ordered]


def offers(published: Iterable[Mapping[str, Any]]) -> list[Offer]:
    """Return the models of the catalogue that are not installed."""
    return [_offer(model) for model in published if not model["installed"]]


def installed_text(offer: Offer) -> str:
    """Return what is said when a model was installed."""
    return _("“{title}” is installed. The dialogs offer it from now on.").format(title=offer.title)


def download_text(progress: Progress) -> str:
    """Return how far a download is."""
    if progress["stage"] != "downloading":
        return stage_text(progress["stage"])
    done, total = (_size(progress[key]) for key in ("done", "total"))
    return _("Downloading: {done} of {total}").format(done=done, total=total)


def _title(model: Mapping[str, Any]) -> str:
    if model["kind"] == "detector" and model["built_in"]:
        return _("Scratches, hairs and dust")
    return model_title("default" if model["default"] else model["name"], model["title"])


def _details(model: Mapping[str, Any]) -> str:
    purpose = _SHIPPED.get(model["name"], "") if model["built_in"] else ""
    lines = [_good_for(purpose), licence_text(model["licence"]), _source(model)]
    return "\n".join(filter(None, lines))


def _source(model: Mapping[str, Any]) -> str:
    if model["built_in"]:
        return _("Ships with GAN Inpaint")
    return _("From {page}").format(page=model["page"]) if model["page"] else _("Added from a file")


def _offer(model: Mapping[str, Any]) -> Offer:
    size, site = _size(model["size"]), urlsplit(model["address"]).hostname or model["address"]
    lines = [_good_for(_(model["good_for"])), licence_text(model["licence"]), _("Size: {size}").format(size=size)]
    question = _("Download {title} ({size}) from {site}?").format(title=model["title"], size=size, site=site)
    details = "\n".join([*lines, _("From {page}").format(page=model["page"])])
    return Offer(model["name"], model["title"], details, f"{question}\n{licence_text(model['licence'])}")


def _good_for(purpose: str) -> str:
    return _("Good for: {purpose}").format(purpose=purpose) if purpose else ""


def _size(count: float) -> str:
    return _("{megabytes} MB").format(megabytes=number(round(count / _MEGABYTE)))
