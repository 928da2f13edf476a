"""docs/command-line.md names every command, option, exit code and error code, and no others."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer

import gan_inpaint.errors
from gan_inpaint.cli import exit_codes, main

PAGE = (Path(__file__).parents[2] / "docs" / "command-line.md").read_text("utf-8")


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
    assert shown == {code.value for code in exit_codes.Exit}


def test_every_error_code_is_documented_with_its_exit_code() -> None:
    shown = {
        error: int(row[0])
        for row in re.findall(r"^\| (\d+) \|[^|]*\|([^|]*)\|", PAGE, re.MULTILINE)
        for error in re.findall(r"`([a-z_]+)`", row[1])
    }
    assert shown == {error: int(exit_codes.exit_code(error)) for error in shown}
    assert set(exit_codes._BY_ERROR) | {"internal"} == set(shown)


def test_no_error_of_ours_counts_as_a_defect() -> None:
    kinds = [kind for kind in vars(gan_inpaint.errors).values() if isinstance(kind, type)]
    codes = {kind.code for kind in kinds if issubclass(kind, gan_inpaint.errors.GanInpaintError)}
    assert {code for code in codes if exit_codes.exit_code(code) == exit_codes.Exit.DEFECT} == {"internal"}


def test_the_errors_of_the_protocol_have_exit_codes_too() -> None:
    protocol = (Path(__file__).parents[2] / "docs" / "protocol.md").read_text("utf-8")
    codes = re.findall(r"^\| `([a-z_]+)` \|", protocol.split("### Error codes")[1], re.MULTILINE)
    assert codes
    assert {code for code in codes if exit_codes.exit_code(code) == exit_codes.Exit.DEFECT} == {"internal"}
