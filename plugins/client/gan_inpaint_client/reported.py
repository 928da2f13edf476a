"""What the daemon reports, in the editor's language.

The daemon speaks English. The codes of its errors say what went wrong, so the editors have sentences of their own for
them. Its own words remain where the language is English, where the code is that of a newer daemon, and where they say
more. Its notes about a result have no codes; the editors know them by their words.
"""

from __future__ import annotations

import re
from functools import partial

from .errors import ClientError
from .language import N_, _, is_english


def reported(code: str, message: str, hint: str) -> ClientError:
    """Return the error that the daemon reported with these words."""
    sentences = _sentences().get(code)
    if is_english() or sentences is None:
        return ClientError(code, message, hint)
    detail = f" ({message})" if code in _WITH_DETAILS else ""
    return ClientError(code, sentences[0] + detail, sentences[1])


def note(sentences: str) -> str:
    """Return the daemon's note about a result; what a newer daemon adds stays as it is."""
    for known in _NOTES:
        pattern = re.sub(r"\\{(\w+)\\}", r"(?P<\1>\\S+?)", re.escape(known))
        sentences = re.sub(pattern, partial(_translated, known), sentences)
    return sentences


def _translated(known: str, found: re.Match[str]) -> str:
    return _(known).format(**found.groupdict())


_NOTES = (
    N_("A classical filler stood in for the generator."),
    N_("The model “{model}” copies nothing, so the sampling area made no difference."),
    N_("There was nothing to copy from, so the fill is the network’s own and may look smooth."),
    N_("The model “{model}” copies nothing, so all its variants are alike."),
    N_("{best} is installed but could not be used; the {used} is used instead, which is slower."),
)
_WITH_DETAILS = ("bad_model", "bad_request", "cannot_write", "no_download", "unknown_model")


def _sentences() -> dict[str, tuple[str, str]]:
    """Return what went wrong and what to do about it, by the codes of docs/protocol.md."""
    again = _("Try again when what is under way is finished.")
    select_less = _("Select a smaller area, or work on several parts.")
    by_hand = _("Lower the sensitivity, or select it by hand and fill it.")
    another_model = _("Choose another model, or install it again.")
    reinstall = _("Install GAN Inpaint again.")
    return {
        "bad_request": (_("The daemon does not understand the plug-in."), _("Update GAN Inpaint and the plug-in.")),
        "protocol_mismatch": (
            _("The editor's plug-in and the daemon do not fit together."),
            _("Run “gan-inpaint plugin install” for your editor again, then restart it."),
        ),
        "too_large": (_("The area to work on is too large."), select_less),
        "empty_mask": (_("Nothing is selected."), _("Select what should be filled.")),
        "mask_covers_all": (
            _("Nothing is left around the selection to take the fill from."),
            _("Select less, or add a background below."),
        ),
        "no_source": (
            _("Nothing is left that the fill may be taken from."),
            _("Avoid less of the picture, or mark a larger sampling area."),
        ),
        "unknown_model": (_("The chosen model is not installed."), another_model),
        "bad_model": (_("The chosen model cannot be used."), another_model),
        "no_detector": (_("The detector that ships with GAN Inpaint is missing."), reinstall),
        "no_space": (
            _("There is not enough space on the disk for the model."),
            _("Free some space, or name another folder in the variable GAN_INPAINT_MODELS_DIR."),
        ),
        "no_download": (_("The model could not be downloaded."), _("Check the network, and try again.")),
        "another_file": (
            _("The site gives another file than the published one, so nothing of it was kept."),
            _("The file may have been replaced by its authors."),
        ),
        "cannot_write": (_("The model cannot be installed."), _("Its folder must be writable, and its name new.")),
        "nothing_found": (
            _("No damage was found here."),
            _("Raise the sensitivity, or select it by hand and fill it."),
        ),
        "no_line": (
            _("Nothing stands out along this line, neither light nor dark."),
            _("Put the points closer to the scratch, or select it by hand."),
        ),
        "too_much_selected": (_("Too much of the picture looks like damage."), by_hand),
        "heatmap_gone": (_("What was found in the picture is no longer at hand."), _("Search again.")),
        "busy": (_("The daemon has too much to do already."), again),
        "unauthorized": (
            _("The daemon does not let this program in."),
            _("Try again: the daemon may have been restarted just now."),
        ),
        "cancelled": (_("The work was cancelled."), ""),
        "stopping": (_("The daemon is about to end."), _("Try again.")),
        "out_of_memory": (
            _("There is not enough memory for this fill."),
            _("Select a smaller area, or close other programs."),
        ),
        "internal": (_("The daemon ran into a defect."), _("Its log has the details.")),
    }
