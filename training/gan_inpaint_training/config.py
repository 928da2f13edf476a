"""Typed configurations: one YAML file for each network; `section.key=value` overrides a value.

Networks and adversaries are tagged unions: their `name` decides which other keys exist.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from gan_inpaint_training import masks
from gan_inpaint_training.settings import ConfigError, Settings, structs_of

CONFIGS = Path(__file__).parent / "configs"

Count = Annotated[int, Meta(ge=1)]
Amount = Annotated[float, Meta(ge=0)]
Share = Annotated[float, Meta(ge=0, le=1)]
Beta = Annotated[float, Meta(ge=0, lt=1)]


class _Generator(msgspec.Struct, tag_field="name", forbid_unknown_fields=True):
    pass


class DMFBConfig(_Generator, tag="dmfb"):
    """`width`: channels at half resolution; dense multi-scale fusion: `blocks` at 1/8, `fine_blocks` at 1/4."""

    width: Count = 32
    blocks: Count = 2
    fine_blocks: Count = 4


class PortraitConfig(DMFBConfig, tag="portrait"):
    """`side` in pixels of the pictures, `components` principal components of them at `cells` pixels."""

    side: Annotated[int, Meta(ge=8, multiple_of=8)] = 192
    cells: Count = 48
    components: Count = 256

    def __post_init__(self) -> None:
        if self.side % self.cells:
            raise ValueError(f"`side` {self.side} is no multiple of `cells` {self.cells}")
        if self.components > 3 * self.cells**2:
            raise ValueError(f"there are no {self.components} components of pictures of {self.cells} pixels")


class DMFNConfig(_Generator, tag="dmfn"):
    """`variant`: the block as the paper draws it, or as its authors released it."""

    variant: Literal["paper", "released"] = "paper"
    width: Count = 64
    blocks: Count = 8


class ContextualAttentionConfig(_Generator, tag="contextual-attention"):
    width: Count = 32


class DeepFillV2Config(_Generator, tag="deepfill-v2"):
    width: Count = 48


class AOTConfig(_Generator, tag="aot"):
    width: Count = 64
    blocks: Count = 8


class ContextEncoderConfig(_Generator, tag="context-encoder"):
    """`variant`: the bottleneck of the paper or of the released code; `overlap`: pixels by which its patch reaches
    beyond the hole."""

    variant: Literal["paper", "released"] = "paper"
    width: Count = 64
    overlap: Annotated[int, Meta(ge=0)] = 0


class TwoPathConfig(_Generator, tag="cifar-two-path"):
    side: Literal[32, 128] = 32


class _Adversary(msgspec.Struct, tag_field="name", forbid_unknown_fields=True, kw_only=True):
    """`start`: images seen before the adversary joins; `ramp`: images over which its weight rises to the full value;
    `betas`: Adam's."""

    learning_rate: Amount = 2e-4
    betas: tuple[Beta, Beta] = (0.5, 0.999)
    start: Annotated[int, Meta(ge=0)] = 0
    ramp: Annotated[int, Meta(ge=0)] = 0


class SNPatchGANConfig(_Adversary, tag="sn-patchgan"):
    """The compact spectral-normalised PatchGAN on an image's bands; hinge loss on the patches that touch the hole."""

    width: Count = 48
    betas: tuple[Beta, Beta] = (0.0, 0.99)
    ramp: Annotated[int, Meta(ge=0)] = 10_000


class DeepFillPatchGANConfig(_Adversary, tag="deepfill-patchgan"):
    """DeepFill v2's discriminator, hinge loss on every patch."""

    width: Count = 64


class GlobalLocalConfig(_Adversary, tag="global-local"):
    """DMFN's discriminator, relativistic average loss."""

    width: Count = 64


class CriticsConfig(_Adversary, tag="critics"):
    """DeepFill v1's critics, WGAN-GP. `steps`: updates of the critics for one of the generator; `penalty`: λ."""

    width: Count = 64
    betas: tuple[Beta, Beta] = (0.5, 0.9)
    steps: Count = 5
    penalty: Amount = 10.0


class SoftMaskConfig(_Adversary, tag="soft-mask-patchgan"):
    """AOT-GAN's discriminator. `sigma`: pixels of the Gaussian that softens the mask."""

    width: Count = 64
    sigma: Annotated[float, Meta(gt=0)] = 10.0


class PatchDiscriminatorConfig(_Adversary, tag="patch"):
    """The context encoder's discriminator of the filled patch, cross-entropy."""


class TwoPathDiscriminatorConfig(_Adversary, tag="two-path"):
    """Shared first layers, then a global and a local path, cross-entropy on both."""


GeneratorConfig = (
    DMFBConfig
    | DMFNConfig
    | ContextualAttentionConfig
    | DeepFillV2Config
    | AOTConfig
    | ContextEncoderConfig
    | TwoPathConfig
    | PortraitConfig
)
AdversaryConfig = (
    SNPatchGANConfig
    | DeepFillPatchGANConfig
    | GlobalLocalConfig
    | CriticsConfig
    | SoftMaskConfig
    | PatchDiscriminatorConfig
    | TwoPathDiscriminatorConfig
)


class DataConfig(msgspec.Struct, forbid_unknown_fields=True):
    """`shards`: tar files, folders or, by `layout`, the root of a data set.

    `damage`: the same for pictures of film damage, from which masks are cut; `attributes`: CelebA's attributes that a
    face must have, or must not have with a leading "-"; `classes`: first words of the file names to use; `resize`: the
    shorter side before cropping; `max_reduction`: a crop covers up to this many times its side; `memory_mib`: memory
    for decoded pictures in MiB. Export writes `description` and `terms` into the manifest.
    """

    shards: Annotated[list[str], Meta(min_length=1)]
    damage: list[str] = []
    layout: Literal["pictures", "celeba", "cifar10"] = "pictures"
    attributes: list[str] = []
    classes: list[str] = []
    crop: Count = 128
    resize: Count | None = None
    max_reduction: Annotated[float, Meta(ge=1)] = 6.0
    augment: Literal["photographs", "flip", "none"] = "photographs"
    memory_mib: Count = 2048
    workers: Annotated[int, Meta(ge=0)] = 1
    description: str = "not stated"
    terms: str = "not stated"


class BoxConfig(msgspec.Struct, forbid_unknown_fields=True):
    """Boxes of the masks `centre-box` and `random-box`, as shares of the picture's side.

    Each side of a box is drawn from `side` − `shrink` to `side`; the box keeps `margin` to the picture's border.
    """

    side: Share = 0.5
    shrink: Share = 0.0
    margin: Share = 0.0


class PyramidConfig(msgspec.Struct, forbid_unknown_fields=True):
    """Training of a guided generator on two pyramid levels.

    `degraded`, `smooth`: shares of the fine level's prefills that are a degraded truth, or the smooth prefill of a
    coarsest level, instead of the coarse level's fill.
    """

    degraded: Share = 0.25
    smooth: Share = 0.25


class LossConfig(msgspec.Struct, forbid_unknown_fields=True):
    """Weights of the generator's losses (see objective.LOSSES); 0 leaves a loss out.

    `coarse`: factor for the stages before the last; `discount`: γ of `discounted`; `overlap`: known pixels around the
    hole that count ten times in `overlap_l2`, as many as the generator paints; `vgg19`: a local file of torchvision's
    VGG19 weights that replaces EfficientNet-Lite0 in the losses on frozen features.
    """

    hole: Amount = 0.0
    relative: Amount = 0.0
    known: Amount = 0.0
    whole: Amount = 0.0
    composited: Amount = 0.0
    discounted: Amount = 0.0
    overlap_l2: Amount = 0.0
    laplacian: Amount = 0.0
    features: Amount = 0.0
    self_guided: Amount = 0.0
    alignment: Amount = 0.0
    style: Amount = 0.0
    adversarial: Amount = 0.0
    feature_matching: Amount = 0.0
    coarse: Amount = 1.0
    discount: Share = 0.99
    overlap: Annotated[int, Meta(ge=0)] = 0
    vgg19: str | None = None


LOSS_NAMES = tuple(
    name for name in LossConfig.__struct_fields__ if name not in ("coarse", "discount", "overlap", "vgg19")
)


class ScheduleConfig(msgspec.Struct, forbid_unknown_fields=True):
    """The length of a run and its learning rates; progress is counted in images seen.

    `batch`: images a step over all devices; `halve`: numbers of images after which the learning rates are halved;
    `decay`: share of the run at its end over which they fall to zero; `ema_half_life`: images after which a weight
    counts half in the exponential moving average, at most a tenth of the images seen; `precision`: `auto` is
    `bf16-mixed` where the hardware supports it, else `32-true`.
    """

    images: Count
    batch: Count = 16
    learning_rate: Amount = 4e-4
    betas: tuple[Beta, Beta] = (0.5, 0.99)
    halve: list[Count] = []
    decay: Share = 0.2
    ema_half_life: Count = 10_000
    seed: Annotated[int, Meta(ge=0)] = 0
    precision: Literal["auto", "32-true", "bf16-mixed"] = "auto"
    log_every: Count = 1_000
    checkpoint_every: Count = 10_000


class Config(msgspec.Struct, forbid_unknown_fields=True):
    """Everything that a training run depends on, besides the code.

    Export writes `title` and `window`, the side of the generator's windows in pixels, into the manifest. `masks`: kind
    of hole → its weight. With `pyramid` the networks see squares of half the crop. `detail`: share of the surroundings'
    detail that the engine adds to the generator's fill.
    """

    title: str
    window: Count
    data: DataConfig
    masks: Annotated[dict[str, Amount], Meta(min_length=1)]
    schedule: ScheduleConfig
    generator: GeneratorConfig = msgspec.field(default_factory=DMFBConfig)
    adversary: AdversaryConfig = msgspec.field(default_factory=SNPatchGANConfig)
    loss: LossConfig = msgspec.field(default_factory=lambda: LossConfig(hole=1.0))
    box: BoxConfig = msgspec.field(default_factory=BoxConfig)
    pyramid: PyramidConfig | None = None
    detail: Share = 0.0


def shipped() -> list[str]:
    """Return the names of all configurations that ship with the package."""
    return sorted(path.stem for path in CONFIGS.glob("*.yaml"))


def available() -> list[str]:
    """Return the names of the shipped configurations that train a generator: those without a `kind`."""
    return [name for name in shipped() if "kind" not in settings_of(name).values]


def load(name_or_path: str, overrides: Sequence[str] = ()) -> Config:
    """Read a shipped configuration by name, or any YAML file by path, and apply `section.key=value` overrides.

    Raises ConfigError, with file, line and key, for an unknown name, invalid YAML, unknown keys and values of a wrong
    type.
    """
    return read(name_or_path, overrides)[0]


def read(name_or_path: str, overrides: Sequence[str] = ()) -> tuple[Config, Settings]:
    """As `load`; also return where the values come from, so that later errors can name their line."""
    settings = settings_of(name_or_path, overrides)
    return configured(settings), settings


def settings_of(name_or_path: str, overrides: Sequence[str] = ()) -> Settings:
    """Return the values of a configuration of any kind, not yet checked. Raises ConfigError."""
    path = Path(name_or_path)
    if path.suffix not in {".yaml", ".yml"}:
        path = CONFIGS / f"{name_or_path}.yaml"
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError:
        known = ", ".join(shipped())
        raise ConfigError(f"There is no configuration {name_or_path!r}; choose one of {known}.") from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} cannot be read: {error}") from error
    settings = Settings(path, text)
    for override in overrides:
        settings.override(override)
    return settings


def configured(settings: Settings) -> Config:
    """Return the configuration of a generator's training in `settings`. Raises ConfigError."""
    try:
        # Not strict, since YAML 1.1 reads 1e-2 as text.
        config: Config = msgspec.convert(settings.values, Config, strict=False)
    except msgspec.ValidationError as error:
        raise settings.refused(str(error), _names(), structs_of(globals())) from error
    for kind in config.masks:
        if kind not in masks.NAMES:
            raise settings.error(f"masks.{kind}", f"there is no such kind of hole; choose of {', '.join(masks.NAMES)}")
    if not any(config.masks.values()):
        raise settings.error("masks", "no kind of hole has a weight above 0")
    if not any(getattr(config.loss, name) for name in LOSS_NAMES):
        raise settings.error("loss", "no loss has a weight above 0")
    painted = getattr(config.generator, "overlap", 0)
    if config.loss.overlap_l2 and config.loss.overlap != painted:
        raise settings.error("loss.overlap", f"it is {config.loss.overlap}, but the generator's is {painted}")
    return config


def _names() -> dict[str, list[str]]:
    """Return the valid values of `generator.name` and `adversary.name`."""
    unions: dict[str, Any] = {"generator.name": GeneratorConfig, "adversary.name": AdversaryConfig}
    return {key: [str(struct.__struct_config__.tag) for struct in union.__args__] for key, union in unions.items()}
