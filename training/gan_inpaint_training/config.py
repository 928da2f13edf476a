"""Typed configurations: one YAML file a network, each value overridable by `section.key=value`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import yaml

CONFIGS = Path(__file__).parent / "configs"


class ConfigError(ValueError):
    """A configuration that cannot be used; the message names the file or override and the key."""


class GeneratorConfig(msgspec.Struct, forbid_unknown_fields=True):
    """`width`: channels at half resolution; `blocks`: dense multi-scale fusion blocks at 1/8."""

    name: str = "dmfb"
    width: int = 32
    blocks: int = 8


class AdversaryConfig(msgspec.Struct, forbid_unknown_fields=True):
    """`start`: images seen before the adversary joins; `ramp`: images over which its weight grows to the full value."""

    name: str = "sn-patchgan"
    width: int = 48
    learning_rate: float = 2e-4
    start: int = 0
    ramp: int = 10_000


class DataConfig(msgspec.Struct, forbid_unknown_fields=True):
    """`shards`: tar files or folders of photographs; `max_reduction`: a crop covers up to this many times its side.

    `description` and `terms` go into the manifest of what is exported.
    """

    shards: list[str]
    description: str = "not stated"
    terms: str = "not stated"
    crop: int = 128
    max_reduction: float = 6.0
    workers: int = 1


class LossConfig(msgspec.Struct, forbid_unknown_fields=True):
    """Weights of the terms of the generator's loss."""

    hole: float = 1.0
    known: float = 0.1
    adversarial: float = 0.2
    feature_matching: float = 0.3


class ScheduleConfig(msgspec.Struct, forbid_unknown_fields=True):
    """Progress is counted in images seen. `decay`: share of the run, at its end, over which the learning rate falls
    to zero; `ema_half_life`: images after which a weight counts half in the exponential moving average."""

    images: int
    batch: int = 16
    learning_rate: float = 4e-4
    decay: float = 0.2
    ema_half_life: int = 10_000
    seed: int = 0
    precision: str = "bf16-mixed"
    log_every: int = 1_000
    checkpoint_every: int = 10_000


class Config(msgspec.Struct, forbid_unknown_fields=True):
    """Everything that a training run depends on, besides the code.

    `title` and `window`, the side in pixels of the windows that it is shown, go into the manifest of what is exported.
    """

    title: str
    window: int
    data: DataConfig
    masks: dict[str, float]
    schedule: ScheduleConfig
    generator: GeneratorConfig = msgspec.field(default_factory=GeneratorConfig)
    adversary: AdversaryConfig = msgspec.field(default_factory=AdversaryConfig)
    loss: LossConfig = msgspec.field(default_factory=LossConfig)


def available() -> list[str]:
    """Names of the configurations that ship with the package."""
    return sorted(path.stem for path in CONFIGS.glob("*.yaml"))


def load(name_or_path: str, overrides: list[str] = []) -> Config:  # noqa: B006 - never mutated
    """Read a shipped configuration by name, or any YAML file by path, and apply `section.key=value` overrides.

    Raises ConfigError for an unknown name, invalid YAML, unknown keys and values of a wrong type.
    """
    path = Path(name_or_path)
    if path.suffix not in {".yaml", ".yml"}:
        path = CONFIGS / f"{name_or_path}.yaml"
    try:
        values: dict[str, Any] = yaml.safe_load(path.read_text())
    except FileNotFoundError:
        raise ConfigError(
            f"There is no configuration {name_or_path!r}; choose one of {', '.join(available())}."
        ) from None
    except yaml.YAMLError as error:
        raise ConfigError(f"{path}: {error}") from error
    for override in overrides:
        _apply(values, override)
    try:
        return msgspec.convert(values, Config, strict=False)  # YAML 1.1 reads 1e-2 as text
    except msgspec.ValidationError as error:
        raise ConfigError(f"{path}: {error}") from error


def _apply(values: dict[str, Any], override: str) -> None:
    key, separator, text = override.partition("=")
    if not separator:
        raise ConfigError(f"An override is written section.key=value, not {override!r}.")
    *sections, leaf = key.split(".")
    for section in sections:
        values = values.setdefault(section, {})
        if not isinstance(values, dict):
            raise ConfigError(f"{override!r}: {section} is a value, not a section.")
    values[leaf] = yaml.safe_load(text)
