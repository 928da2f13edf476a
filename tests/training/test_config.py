import inspect
from pathlib import Path
from typing import get_args

import msgspec
import pytest

from gan_inpaint_training import generators
from gan_inpaint_training.config import GeneratorConfig, available, load
from gan_inpaint_training.settings import ConfigError

SHIPPED = [
    *("aot", "cifar-two-path", "cifar-two-path-128", "context-encoder", "context-encoder-released"),
    *("contextual-attention", "deepfill-v2", "default", "dmfn", "dmfn-released", "faces"),
]
SMALL = """\
title: Small
window: 64
generator:
  name: dmfn
  width: 8
data: {shards: [photographs]}
masks:
  boxes: 1.0
schedule:
  images: 100
"""


@pytest.fixture
def small(tmp_path: Path) -> Path:
    path = tmp_path / "small.yaml"
    path.write_text(SMALL)
    return path


def test_every_network_of_the_lineage_has_a_configuration() -> None:
    assert available() == SHIPPED
    assert {load(name).generator.__struct_config__.tag for name in SHIPPED} == set(generators.GENERATORS)


@pytest.mark.parametrize("struct", get_args(GeneratorConfig), ids=lambda struct: struct.__struct_config__.tag)
def test_a_generator_is_configured_with_what_it_takes(struct: type[msgspec.Struct]) -> None:
    taken = inspect.signature(generators.GENERATORS[str(struct.__struct_config__.tag)]).parameters
    for field in msgspec.structs.fields(struct):
        assert taken[field.name].default == field.default


def test_every_generator_can_be_configured() -> None:
    assert {struct.__struct_config__.tag for struct in get_args(GeneratorConfig)} == set(generators.GENERATORS)


@pytest.mark.parametrize(
    ("before", "after", "complaint"),
    [
        ("  images: 100", "  images: 100\n  speed: high", "line 11: schedule.speed: there is no such key"),
        ("  images: 100", "  images: many", "line 10: schedule.images: Expected `int`"),
        ("  images: 100", "  images: 0", "line 10: schedule.images: Expected `int` >= 1"),
        ("  images: 100", "  batch: 4", "line 9: schedule: Object missing required field `images`"),
        ("  width: 8", "  side: 32", "line 5: generator.side: there is no such key"),
        ("  name: dmfn", "  name: dmfm", "line 4: generator.name: Invalid value 'dmfm'; choose one of dmfb, dmfn,"),
        ("  boxes: 1.0", "  bokses: 1.0", "line 8: masks.bokses: there is no such kind of hole"),
        ("  boxes: 1.0", "  boxes: 0.0", "line 7: masks: no kind of hole has a weight above 0"),
        ("window: 64", "window: 64\nwondow: 65", "line 3: wondow: there is no such key; near it are window"),
        ("window: 64\n", "", "line 1: Object missing required field `window`"),
    ],
)
def test_a_mistake_in_a_file_is_named_with_file_line_and_key(
    small: Path, before: str, after: str, complaint: str
) -> None:
    assert before in SMALL
    small.write_text(SMALL.replace(before, after))
    with pytest.raises(ConfigError) as caught:
        load(str(small))
    assert f"{small}, {complaint}" in str(caught.value)


@pytest.mark.parametrize(
    ("override", "complaint"),
    [
        ("loss.adverserial=1", "'loss.adverserial=1': loss.adverserial: there is no such key; near it are adversarial"),
        ("schedule.images=many", "'schedule.images=many': schedule.images: Expected `int`"),
        ("schedule={images: 0}", "'schedule={images: 0}': schedule.images: Expected `int` >= 1"),
        ("generator=3", "'generator=3': generator: Expected `object`"),
        ("nonsense", "section.key=value"),
        ("schedule.betas=[0.5, 1]", "schedule.betas"),
        ("adversary={name: patch, betas: [1, 0.9]}", "adversary.betas"),
        ("loss={overlap_l2: 1, overlap: 3}", "loss.overlap: it is 3, but the generator's is 0"),
        ("title.x=1", "title is a value"),
        ("title=[", "not YAML"),
    ],
)
def test_a_wrong_override_is_named(small: Path, override: str, complaint: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load(str(small), [override])
    assert complaint in str(caught.value)


def test_overrides_change_single_values(small: Path) -> None:
    config = load(str(small), ["loss.adversarial=1e-2", "generator.variant=released"])
    assert (config.loss.adversarial, config.generator.variant, config.generator.width) == (0.01, "released", 8)


def test_an_unknown_configuration_lists_the_known_ones() -> None:
    with pytest.raises(ConfigError, match=r"aot, .* dmfn-released"):
        load("no-such-network")


@pytest.mark.parametrize("text", ["- a\n- b\n", "", "title: 'open", "\x00"])
def test_a_file_that_is_no_configuration_is_named(small: Path, text: str) -> None:
    small.write_text(text)
    with pytest.raises(ConfigError, match=r"small\.yaml"):
        load(str(small))


def test_a_folder_in_place_of_a_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "folder.yaml").mkdir()
    with pytest.raises(ConfigError, match=r"folder\.yaml cannot be read"):
        load(str(tmp_path / "folder.yaml"))
