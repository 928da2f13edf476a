"""The editor's language: sentences, plurals and numbers in it; English where there is no other.

An editor's plug-in calls `choose` before it imports a module whose sentences are constants, such as `dialogs`. The
command line and the daemon never call it, so they stay English. docs/languages.md says how to add a language.
"""

from __future__ import annotations

import gettext
import logging
from collections.abc import Iterable
from pathlib import Path

CATALOGUES = Path(__file__).with_name("languages")
ENGLISH = "en"
_SIMPLIFIED = ("zh", "zh_cn", "zh_sg")  # of the names for Chinese; most others mean the traditional characters

log = logging.getLogger("gan_inpaint")

_catalogue = gettext.NullTranslations()
_language = ENGLISH


def choose(preferred: Iterable[str]) -> str:
    """Speak the first of the `preferred` languages that there is, and return its name; English if there is none.

    The languages have names such as `de`, `de_AT.UTF-8` or `zh-Hans-CN`, the most wanted first. A damaged catalogue is
    reported in the log and left out.
    """
    global _catalogue, _language
    _catalogue, _language = gettext.NullTranslations(), ENGLISH
    there = {path.stem for path in CATALOGUES.glob("*.mo")}
    for name in map(_catalogue_of, preferred):
        if name == ENGLISH:
            break
        if name in there:
            try:
                with (CATALOGUES / f"{name}.mo").open("rb") as file:
                    _catalogue, _language = gettext.GNUTranslations(file), name
                break
            except Exception:  # a damaged file: gettext raises whatever its bytes lead to
                log.exception("the catalogue of the language %s cannot be read", name)
    return _language


def is_english() -> bool:
    """Return whether the sentences are those of the source."""
    return _language == ENGLISH


def _(sentence: str) -> str:
    """Return a sentence of the source in the chosen language."""
    return _catalogue.gettext(sentence)


def N_(sentence: str) -> str:  # noqa: N802 (gettext's name for it)
    """Mark a sentence that is translated later, by `_`."""
    return sentence


def pgettext(context: str, sentence: str) -> str:
    """Return a sentence whose English says too little without its `context`."""
    return _catalogue.pgettext(context, sentence)


def ngettext(one: str, several: str, count: int) -> str:
    """Return the form of a sentence that belongs to a number of things."""
    return _catalogue.ngettext(one, several, count)


def number(value: int) -> str:
    """Return a whole number with the language's separator of thousands."""
    return f"{value:,}".replace(",", pgettext("separator of thousands", ","))


def decimal(value: float, places: int) -> str:
    """Return a number below 1000 with so many decimal places and the language's decimal mark."""
    return f"{value:.{places}f}".replace(".", pgettext("decimal mark", "."))


def percent(share: float) -> str:
    """Return a share, 1.0 for all of it, in whole percent."""
    return pgettext("a share", "{percent}%").format(percent=f"{100 * share:.0f}")


def _catalogue_of(language: str) -> str:
    """Return the name of the catalogue for a language, if there is one: `zh_CN` for simplified Chinese, else `xx`."""
    name = language.partition(".")[0].partition("@")[0].replace("-", "_").lower()
    if name in _SIMPLIFIED or name.startswith("zh_hans"):
        return "zh_CN"
    return name if name.startswith("zh") else name.partition("_")[0]
