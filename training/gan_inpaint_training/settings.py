"""The text of a configuration with its overrides, and the line of each value."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
import yaml

_PLACE = re.compile(r"^(?P<what>.*?)(?: - at (?:`key` in )?`\$(?P<path>.*)`)?$", re.DOTALL)
_UNKNOWN = re.compile(r"unknown field `(?P<field>[^`]*)`")


class ConfigError(ValueError):
    """An unusable configuration; the message names file, line and key, or the override."""


class Settings:
    """The values of a YAML file with overrides. Raises ConfigError where the file is not YAML or not a mapping."""

    def __init__(self, path: Path, text: str) -> None:
        self.path = path
        self._overrides: dict[str, str] = {}
        try:
            self._root = yaml.compose(text, Loader=yaml.SafeLoader)
            values = yaml.safe_load(text)
        except yaml.YAMLError as error:
            raise ConfigError(f"{path}: {error}") from error
        if not isinstance(values, dict):
            raise ConfigError(f"{path} is not a configuration: it has no sections.")
        self.values: dict[str, Any] = values

    def override(self, text: str) -> None:
        """Apply one `section.key=value`. Raises ConfigError for another form, or where `section` is a value."""
        key, separator, value = text.partition("=")
        if not separator or not all(key.split(".")):
            raise ConfigError(f"An override is written section.key=value, not {text!r}.")
        *sections, leaf = key.split(".")
        values = self.values
        for section in sections:
            values = values.setdefault(section, {})
            if not isinstance(values, dict):
                raise ConfigError(f"{text!r}: {section} is a value, not a section.")
        try:
            values[leaf] = yaml.safe_load(value)
        except yaml.YAMLError as error:
            raise ConfigError(f"{text!r}: the value is not YAML: {error}") from error
        self._overrides[key] = text

    def error(self, key: str, what: str) -> ConfigError:
        """Return the error about `key` ("section.key", or "" for the file), with the place of its value."""
        for overridden, text in self._overrides.items():
            if f"{key}.".startswith(f"{overridden}."):
                return ConfigError(f"{text!r}: {key}: {what}.")
        place = f"{self.path}, line {self._line(key)}"
        return ConfigError(f"{place}: {key}: {what}." if key else f"{place}: {what}.")

    def refused(
        self, complaint: str, choices: Mapping[str, Sequence[str]], structs: Iterable[type[msgspec.Struct]]
    ) -> ConfigError:
        """Return the error for a complaint of msgspec; `choices`: a key's valid values; `structs`: all sections."""
        match = _PLACE.match(complaint)
        what, path = (match["what"], match["path"] or "") if match else (complaint, "")
        key = path.split("[")[0].strip(".")
        if unknown := _UNKNOWN.search(what):
            key, what = f"{key}.{unknown['field']}".strip("."), "there is no such key"
            if near := _nearest(unknown["field"], structs):
                what += f"; near it are {near}"
        if key in choices and what.startswith("Invalid value"):
            what += f"; choose one of {', '.join(choices[key])}"
        return self.error(key, what)

    def _line(self, key: str) -> int:
        """Return the line of `key`, or of the section that lacks it, counted from 1."""
        node, line = self._root, 1
        for part in filter(None, key.split(".")):
            if not isinstance(node, yaml.MappingNode):
                break
            found = [pair for pair in node.value if pair[0].value == part]
            if not found:
                break
            name, node = found[-1]
            line = name.start_mark.line + 1
        return line


def structs_of(module: Mapping[str, Any]) -> list[type[msgspec.Struct]]:
    """Return the structs among the names of a module."""
    return [each for each in module.values() if isinstance(each, type) and issubclass(each, msgspec.Struct)]


def _nearest(key: str, structs: Iterable[type[msgspec.Struct]]) -> str:
    """Return the known keys that look most like `key`, the nearest first; empty if none does."""
    known = {field.encode_name for struct in structs for field in msgspec.structs.fields(struct)}
    return ", ".join(difflib.get_close_matches(key, sorted(known), n=3, cutoff=0.6))
