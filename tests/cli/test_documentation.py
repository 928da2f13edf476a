"""docs/command-line.md and docs/protocol.md name every command, option, exit code and error code, and no others."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer

from gan_inpaint import errors
from gan_inpaint.cli import main
from gan_inpaint.errors import Exit, GanInpaintError

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "command-line.md").read_text("utf-8")
PROTOCOL = (DOCS / "protocol.md").read_text("utf-8")
NOT_ON_THE_WIRE = {
    *("unreadable_image", "editor_not_found", "training_failed", "export_failed", "missing_extra"),
    *("no_pictures", "folder_in_use", "bad_receipt", "bad_journal", "worker_died", "no_cluster", "already_running"),
    *(
        "mask_size",
        "ambiguous_mask",
        "unsupported_image",
    ),  # the header's sizes and kinds of pixels leave no room for them
}
"""Errors of files, of the command line and of archives."""


def commands(group: Any, names: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, (*names, name))
        else:
            yield " ".join((*names, name)), command


COMMANDS = dict(commands(typer.main.get_command(main.app)))


def test_every_command_is_documented() -> None:
    shown = set(re.findall(r"^    gan-inpaint ((?:models |plugin )?[a-z]+)", PAGE, re.MULTILINE))
    assert shown == set(COMMANDS)


def test_every_option_is_documented() -> None:
    for name, command in COMMANDS.items():
        options = {option for each in command.params for option in each.opts if option.startswith("--")}
        missing = {option for option in options - {"--help"} if option not in PAGE}
        assert not missing, name


def test_every_exit_code_is_documented() -> None:
    shown = {int(code) for code in re.findall(r"^\| (\d+) \|", PAGE, re.MULTILINE)}
    assert shown == {code.value for code in Exit}


def test_every_error_code_is_documented_with_its_exit_code() -> None:
    shown = {
        error: int(row[0])
        for row in re.findall(r"^\| (\d+) \|[^|]*\|([^|]*)\|", PAGE, re.MULTILINE)
        for error in re.findall(r"`([a-z_]+)`", row[1])
    }
    assert shown == {code: int(kind.exit) for code, kind in errors.KINDS.items()}


def test_no_error_but_a_defect_counts_as_one() -> None:
    assert [code for code, kind in errors.KINDS.items() if kind.exit == Exit.DEFECT] == ["internal"]


def test_every_error_has_a_code_of_its_own_unless_it_is_a_group_of_others() -> None:
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, GanInpaintError)]
    own = [kind for kind in kinds if "code" in vars(kind)]
    assert len({kind.code for kind in own}) == len(own) == len(errors.KINDS)
    for group in set(kinds) - set(own):
        assert group.__subclasses__()
        assert "exit" in vars(group)


def test_the_picture_of_the_tree_shows_every_error_where_it_is() -> None:
    shown = re.findall(r"[├└]── (\w+) +([a-z_]+)?", errors.__doc__ or "")
    kinds = {kind.__name__: kind for kind in vars(errors).values() if isinstance(kind, type)}
    assert {name for name, _ in shown} == {
        name for name, kind in kinds.items() if issubclass(kind, GanInpaintError) and kind is not GanInpaintError
    }
    for name, code in shown:
        assert (code or None) == vars(kinds[name]).get("code"), name


def test_the_protocol_lists_every_error_that_a_client_can_meet() -> None:
    codes = re.findall(r"^\| `([a-z_]+)` \|", PROTOCOL.split("### Error codes")[1], re.MULTILINE)
    own = re.findall(r"`([a-z_]+)`", PROTOCOL.split("A client reports its own failures")[1].split("\n## ")[0])
    assert len(codes) == len(set(codes))
    assert {*codes, *own} == set(errors.KINDS) - NOT_ON_THE_WIRE
