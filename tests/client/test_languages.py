"""The plug-ins' languages: every sentence in every language, and English wherever a language is missing or damaged."""

from __future__ import annotations

import ast
import importlib.util
import itertools
import json
import re
import shutil
import string
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from babel.messages.catalog import Catalog, Message

import gan_inpaint_client
from gan_inpaint.models.catalogue import CATALOGUE
from gan_inpaint_client import dialogs, language, reported, settings_page

ROOT = Path(__file__).parents[2]
CLIENT = Path(gan_inpaint_client.__file__).parent
PLUGINS = ROOT / "plugins"
LANGUAGES = ["de", "es", "fr", "ja", "zh_CN"]


def _script() -> ModuleType:
    """`.ci/languages.py`, which `make languages` runs."""
    spec = importlib.util.spec_from_file_location("languages", ROOT / ".ci" / "languages.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


script = _script()


@pytest.fixture
def english() -> Iterator[None]:
    """Speak English again after the test."""
    yield
    language.choose([])


# Complete


def shortcomings(sources: Catalog, catalogue: Catalog) -> list[str]:
    """What a catalogue lacks, or has too much; nothing if it is complete."""
    wanted = {(message.context, message.id) for message in sources if message.id}
    there = {(message.context, message.id): message for message in catalogue if message.id}
    said = [f"missing: {id}" for _, id in wanted - there.keys()]
    said += [f"obsolete: {id}" for _, id in there.keys() - wanted]
    said += [f"obsolete: {id}" for id in catalogue.obsolete]
    for message in there.values():
        said += [f"{problem}: {message.id}" for problem in _problems(message, catalogue.num_plurals)]
    return said


def _problems(message: Message, plurals: int) -> Iterator[str]:
    forms = [message.string] if isinstance(message.string, str) else list(message.string)
    if not all(forms) or (isinstance(message.id, tuple) and len(forms) != plurals):
        yield "not translated"
    if message.fuzzy:
        yield "not certain"
    english = message.id if isinstance(message.id, str) else message.id[-1]
    if any(_fields(form) != _fields(english) for form in forms):
        yield "other placeholders"
    if any(len(_MNEMONIC.findall(form)) != len(_MNEMONIC.findall(english)) for form in forms):
        yield "another number of keys for Alt"
    if any(form.count("\n") != english.count("\n") for form in forms):
        yield "other lines"


_MNEMONIC = re.compile(r"(?<![A-Z])_(?=\w)|_(?=[a-z])")  # not one of GAN_INPAINT_RUNTIME_DIR


def _fields(text: str) -> list[str]:
    return sorted(name for _, name, _, _ in string.Formatter().parse(text) if name is not None)


def test_the_languages_are_these() -> None:
    assert sorted(path.stem for path in CLIENT.glob("languages/*.po")) == LANGUAGES


@pytest.mark.parametrize("name", LANGUAGES)
def test_a_catalogue_has_every_sentence_of_the_sources_and_no_other(name: str) -> None:
    """`make languages` adds what is new; somebody has to translate it."""
    assert shortcomings(script.template(), script.read(CLIENT / "languages" / f"{name}.po")) == []


@pytest.mark.parametrize("name", LANGUAGES)
def test_what_the_plug_ins_read_is_what_the_translators_wrote(name: str) -> None:
    path = CLIENT / "languages" / f"{name}.po"
    assert path.with_suffix(".mo").read_bytes() == script.compiled(script.read(path))


def test_a_new_sentence_is_noticed_wherever_it_is(tmp_path: Path) -> None:
    """Else the test above could not fail."""
    copy = shutil.copytree(PLUGINS, tmp_path / "plugins", ignore=shutil.ignore_patterns("__pycache__"))
    for package, source in (("client/gan_inpaint_client", "client"), ("gimp/gan_inpaint_gimp", "GIMP")):
        (copy / package / "new.py").write_text(f'SENTENCE = _("A sentence for {source}.")\n')
    action = copy / script.ACTIONS
    action.write_text(
        action.read_text().replace("<toolTip>Fill the selection with", "<toolTip>Now fill the selection with")
    )
    said = shortcomings(script.template(copy), script.read(CLIENT / "languages" / "de.po"))
    assert sorted(said) == [
        "missing: A sentence for GIMP.",
        "missing: A sentence for client.",
        "missing: Now fill the selection with the last values",
        "obsolete: Fill the selection with the last values",
    ]


@pytest.mark.parametrize(
    ("translation", "problem"),
    [
        ("", "not translated"),
        ("_Füllen", "other placeholders"),
        ("{label} und {mehr}", "other placeholders"),
    ],
)
def test_a_bad_translation_is_noticed(translation: str, problem: str) -> None:
    sources, catalogue = Catalog(), Catalog(locale="de")
    sources.add("_Fill {label}")
    catalogue.add("_Fill {label}", translation)
    assert f"{problem}: _Fill {{label}}" in shortcomings(sources, catalogue)


@pytest.mark.parametrize("module", sorted(PLUGINS.rglob("*.py")), ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_every_sentence_of_the_sources_can_be_translated(module: Path) -> None:
    """A text with a space, a capital letter at its beginning and outside a docstring is a sentence for somebody."""
    assert [text for text in _untranslated(ast.parse(module.read_text("utf-8"))) if text not in NOT_TRANSLATED] == []


NOT_TRANSLATED = {
    "GAN Inpaint",
    "GAN Inpaint ",  # the beginning of a layer's name
    "<head><title>GAN Inpaint</title></head>",
    "The GAN Inpaint authors",  # names
    "The GAN Inpaint authors, Apache-2.0",
    "<Image>/Filters/GAN Inpaint",
    "The layers that GAN Inpaint has added",  # of a note in a document, which no user sees
    "Y u8",  # formats of pixels
    "R'G'B'A u8",
    "Run mode",  # of an argument that GIMP sets
    "Pixels of the kind ",  # what only a defect of a plug-in leads to
}
_TRANSLATES = {"_", "N_", "ngettext", "pgettext"}


def _untranslated(tree: ast.AST) -> Iterator[str]:
    """Yield the texts of a module that look like sentences and are neither translated nor docstrings."""
    if isinstance(tree, ast.Call) and isinstance(tree.func, ast.Name) and tree.func.id in _TRANSLATES:
        return
    for child in ast.iter_child_nodes(tree):
        documents = isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant)
        if isinstance(child, ast.Constant) and isinstance(child.value, str) and re.match("[A-Z“<].* ", child.value):
            yield child.value
        elif not documents:
            yield from _untranslated(child)


def test_kritas_list_of_plug_ins_describes_this_one_in_every_language() -> None:
    lines = (PLUGINS / "krita" / "gan_inpaint_krita" / "gan_inpaint.desktop").read_text("utf-8").splitlines()
    comments = dict(line.removeprefix("Comment").split("=") for line in lines if line.startswith("Comment"))
    for name in LANGUAGES:
        catalogue = script.read(CLIENT / "languages" / f"{name}.po")
        assert comments[f"[{name}]"] == catalogue.get(comments[""]).string


# The right language


@pytest.mark.parametrize(
    ("preferred", "chosen"),
    [
        (["de"], "de"),
        (["de_AT.UTF-8", "C"], "de"),
        (["de-DE", "de", "de-Latn-DE"], "de"),
        (["fr_CA@euro"], "fr"),
        (["nl", "fr", "de"], "fr"),
        (["en_GB", "de"], "en"),
        (["C"], "en"),
        (["nl"], "en"),
        ([], "en"),
        (["", "ja"], "ja"),
        (["zh_CN.UTF-8"], "zh_CN"),
        (["zh-Hans-CN"], "zh_CN"),
        (["zh"], "zh_CN"),
        (["zh_TW"], "en"),
        (["zh-Hant-HK", "ja"], "ja"),
        (["../de"], "en"),
    ],
)
@pytest.mark.usefixtures("english")
def test_the_first_language_that_there_is_is_chosen(preferred: list[str], chosen: str) -> None:
    assert language.choose(preferred) == chosen
    assert language.is_english() == (chosen == "en")


@pytest.mark.parametrize("damage", ["cut", "empty", "foreign", "header", "folder"])
@pytest.mark.usefixtures("english")
def test_a_damaged_catalogue_means_english_and_a_line_in_the_log(
    damage: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    whole = (CLIENT / "languages" / "de.mo").read_bytes()
    damaged = {
        "cut": whole[:-5000],
        "empty": b"",
        "foreign": b"PNG" * 100,
        "header": whole.replace(b"plural=(n != 1)", b"plural=(n !? 1)"),
    }
    monkeypatch.setattr(language, "CATALOGUES", tmp_path)
    if damage == "folder":
        (tmp_path / "de.mo").mkdir()
    else:
        (tmp_path / "de.mo").write_bytes(damaged[damage])
    assert language.choose(["de"]) == "en"
    assert language._("Nothing is selected.") == "Nothing is selected."
    assert "the catalogue of the language de cannot be read" in caplog.text


@pytest.mark.usefixtures("english")
def test_a_missing_folder_means_english(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(language, "CATALOGUES", tmp_path / "none")
    assert language.choose(["de"]) == "en"


SPEAK = """
import json, sys
import gan_inpaint_client
from gan_inpaint_client.language import choose
choose([sys.argv[1]])
from gan_inpaint_client import dialogs, manual, refusals, settings_page, stages
options = (dialogs.QUALITY, dialogs.SOURCE, dialogs.OUTPUT, dialogs.TONE)
print(json.dumps({
    "sentences": [dialogs.FILL_TITLE, refusals.NOTHING_SELECTED, stages.STARTING, dialogs.model_title("faces")],
    "stored": [[option.name, option.default, [each.name for each in option.choices]] for option in options]
        + [kind.name for kind in dialogs.KINDS] + [dialogs.EVERYTHING.name],
    "labels": {
        **{name: [value] for name, value in vars(dialogs).items() if isinstance(value, str)},
        **{name: [value.label] for name, value in vars(dialogs).items() if hasattr(type(value), "label")},
        "HELP_BUTTON": [manual.HELP_BUTTON],
        **{name: [value] for name, value in vars(settings_page).items() if isinstance(value, str)},
        "KINDS": [kind.label for kind in dialogs.KINDS],
    },
}))
"""


def spoken(name: str) -> dict[str, Any]:
    """What a new Python says that has chosen a language as a plug-in does."""
    program = [sys.executable, "-c", SPEAK, name]
    return json.loads(subprocess.run(program, check=True, capture_output=True, text=True, cwd=CLIENT.parent).stdout)


def test_a_plug_in_that_chooses_first_speaks_the_language() -> None:
    """Importing the package alone makes no sentence; else it would be English for ever."""
    assert spoken("de")["sentences"] == [
        "GAN Inpaint: Auswahl füllen",
        "Nichts ist ausgewählt. Wählen Sie zuerst aus, was Sie entfernen möchten.",
        "GAN Inpaint startet…",
        "Porträts",
    ]


@pytest.mark.parametrize("name", LANGUAGES)
def test_what_editors_and_scripts_store_is_the_same_in_every_language(name: str) -> None:
    assert spoken(name)["stored"] == spoken("en")["stored"]


FILL_KEYS = (
    "FILL_BUTTON VARIANTS_BUTTON CANCEL_BUTTON HELP_BUTTON "
    "MODEL_LABEL QUALITY SOURCE OUTPUT FRAMES DILATE FEATHER AVOID SAMPLE PREVIEW"
)
SETTINGS_KEYS = "HELP_BUTTON STOP_BUTTON LOG_BUTTON ADD_BUTTON CLOSE_BUTTON"
VARIANTS_KEYS = "CANCEL_BUTTON MORE_BUTTON HELP_BUTTON KEEP_VARIANTS"
ADDING_KEYS = "DOWNLOAD_BUTTON CANCEL_BUTTON CLOSE_BUTTON"
DAMAGE_KEYS = "HELP_BUTTON SENSITIVITY TONE KINDS EVERYTHING DAMAGE_DILATE CANCEL_BUTTON"


@pytest.mark.parametrize(
    "keys",
    [
        FILL_KEYS,
        f"{DAMAGE_KEYS} SELECT_BUTTON",
        f"{DAMAGE_KEYS} REPAIR_BUTTON",
        SETTINGS_KEYS,
        ADDING_KEYS,
        VARIANTS_KEYS,
    ],
    ids=["fill", "select", "repair", "settings", "adding", "variants"],
)
@pytest.mark.parametrize("name", ["en", *LANGUAGES])
def test_alt_and_a_key_choose_one_thing_only(name: str, keys: str) -> None:
    labels = spoken(name)["labels"]
    texts = itertools.chain.from_iterable(labels[key] for key in keys.split())
    pressed = [text.partition("_")[2][0].lower() for text in texts]
    assert sorted(pressed) == sorted(set(pressed))


MENU = re.compile(r'label=_\("(.+)"\)')


@pytest.mark.parametrize("name", ["en", *LANGUAGES])
def test_no_two_entries_of_gimps_menu_have_the_same_key(name: str) -> None:
    sources = [path.read_text("utf-8") for path in sorted((PLUGINS / "gimp" / "gan_inpaint_gimp").glob("*.py"))]
    entries = [entry for source in sources for entry in MENU.findall(source)]
    assert len(entries) > 5
    if name != "en":
        catalogue = script.read(CLIENT / "languages" / f"{name}.po")
        entries = [catalogue.get(entry).string for entry in entries]
    pressed = [entry.partition("_")[2][:1].lower() for entry in entries]
    assert sorted(pressed) == sorted(set(pressed)) and "" not in pressed


# Numbers and plurals


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("en", "Selected: 1 place, 12,345 pixels"),
        ("de", "Ausgewählt: 1 Stelle, 12.345 Pixel"),
        ("fr", "Sélection : 1 endroit, 12 345 pixels"),
        ("es", "Seleccionado: 1 lugar, 12.345 píxeles"),
        ("ja", "選択: 1 か所、12,345 ピクセル"),
        ("zh_CN", "已选择：1 处，12,345 个像素"),
    ],
)
@pytest.mark.usefixtures("english")
def test_numbers_and_plurals_are_those_of_the_language(name: str, text: str) -> None:
    language.choose([name])
    spaces = str.maketrans("\u00a0\u202f", "  ")
    assert dialogs.selected_text(12_345, 1, searched=10**6).translate(spaces) == text


@pytest.mark.usefixtures("english")
def test_decimals_and_shares_are_those_of_the_language() -> None:
    assert (language.decimal(0.5, 2), language.percent(0.355), language.number(999)) == ("0.50", "36%", "999")
    language.choose(["de"])
    assert (language.decimal(0.5, 2), language.percent(0.355), language.number(10**7)) == (
        "0,50",
        "36\u00a0%",
        "10.000.000",
    )


# What the daemon says


@pytest.mark.usefixtures("english")
def test_the_daemons_errors_are_told_by_their_codes() -> None:
    said = ("too_much_selected", "35% of the picture looks like damage.", "Lower the sensitivity.")
    assert reported.reported(*said).args == said
    language.choose(["de"])
    problem = reported.reported(*said)
    assert problem.code == said[0]
    assert problem.message == "Zu viel vom Bild sieht wie ein Schaden aus."
    assert "Empfindlichkeit" in problem.hint
    assert reported.reported("bad_model", "It is no ONNX.", "").message.endswith(" (It is no ONNX.)")
    assert reported.reported("newer", "A new sentence.", "A hint.").args == ("newer", "A new sentence.", "A hint.")


def test_every_code_of_the_protocol_has_a_sentence() -> None:
    table = (ROOT / "docs" / "protocol.md").read_text("utf-8").partition("### Error codes")[2]
    codes = re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE)
    assert codes and set(codes) == reported._sentences().keys()


@pytest.mark.usefixtures("english")
def test_the_daemons_notes_are_told_by_their_words() -> None:
    alike = "The model “faces” copies nothing, so all its variants are alike."
    both = f"A classical filler stood in for the generator. {alike} Something new."
    assert reported.note(both) == both
    language.choose(["de"])
    assert reported.note(both) == (
        "Ein klassisches Verfahren hat das Netz ersetzt. "
        "Das Modell „faces“ kopiert nichts, deshalb sind alle seine Varianten gleich. Something new."
    )
    assert reported.note("") == ""


def test_every_purpose_of_the_catalogue_can_be_translated() -> None:
    assert {model.good_for for model in CATALOGUE} == set(settings_page._PURPOSES)


@pytest.mark.parametrize("note", reported._NOTES)
def test_the_daemon_still_says_these_notes(note: str) -> None:
    sources = "".join(path.read_text("utf-8") for path in (ROOT / "daemon" / "gan_inpaint").rglob("*.py"))
    assert re.search(re.sub(r"\\{\w+\\}", r"\\{[^}]+\\}", re.escape(note)), sources)
