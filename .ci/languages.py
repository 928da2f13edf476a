"""Bring the catalogues of the plug-ins' languages up to date: `make languages`.

Every sentence of the sources gets into each .po file, sentences that are gone leave it, and each .po is compiled to the
.mo beside it, which the plug-ins read. What has no translation yet stays empty; the tests name it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from xml.etree import ElementTree

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

PLUGINS = Path(__file__).parents[1] / "plugins"
CATALOGUES = PLUGINS / "client" / "gan_inpaint_client" / "languages"
ACTIONS = Path("krita", "gan_inpaint_krita", "gan_inpaint.action")
HEADER = """\
# {language} for the plug-ins of GAN Inpaint. docs/languages.md says how this file is kept up to date.
msgid ""
msgstr ""
"Language: {name}\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: {catalogue.plural_forms}\\n"

"""
KEYWORDS = {"_": None, "N_": None, "ngettext": (1, 2), "pgettext": ((1, "c"), 2)}


def template(plugins: Path = PLUGINS) -> Catalog:
    """Return a catalogue of every sentence in the sources of the plug-ins, without translations."""
    found = Catalog(fuzzy=False)
    for file, _line, message, _comments, context in extract_from_dir(plugins, keywords=KEYWORDS):
        found.add(message, locations=[(file, 0)], context=context)
    for tip in _tips(plugins):
        found.add(tip, locations=[(ACTIONS.as_posix(), 0)])
    return found


def read(path: Path) -> Catalog:
    """Return the catalogue of a language by its .po file."""
    with path.open("rb") as file:
        catalogue = read_po(file, locale=path.stem)
    catalogue.creation_date = catalogue.revision_date = datetime(2026, 1, 1, tzinfo=UTC)  # the same file each time
    return catalogue


def compiled(catalogue: Catalog) -> bytes:
    """Return what stands in the .mo file of a catalogue."""
    file = BytesIO()
    write_mo(file, catalogue)
    return file.getvalue()


def _tips(plugins: Path) -> Iterator[str]:
    """Yield the tips of Krita's actions, which the plug-in translates when it has read them."""
    for tip in ElementTree.parse(plugins / ACTIONS).iter("toolTip"):
        if tip.text:
            yield tip.text


def _update(path: Path, sources: Catalog) -> None:
    catalogue = read(path)
    catalogue.update(sources, no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    assert catalogue.locale is not None
    with path.open("wb") as file:
        file.write(HEADER.format(language=catalogue.locale.english_name, name=path.stem, catalogue=catalogue).encode())
        write_po(file, catalogue, width=100, sort_by_file=True, include_lineno=False, omit_header=True)
    path.with_suffix(".mo").write_bytes(compiled(read(path)))


if __name__ == "__main__":
    for path in sorted(CATALOGUES.glob("*.po")):
        _update(path, template())
