"""The scratch detector: photographs with made damage, and a small network that finds it.

`DamagedCrops` makes what it learns from, `DetectorTrainer` is what the training loop trains; `measured` says on `Cases`
how well it does.
"""

from gan_inpaint_training.damage.film.kinds import FILM
from gan_inpaint_training.detector.config import KIND, DetectorConfig, configured
from gan_inpaint_training.detector.crops import DamagedCrops, damaged_crops
from gan_inpaint_training.detector.held_out import for_training, held_out
from gan_inpaint_training.detector.metrics import measured
from gan_inpaint_training.detector.network import Detector
from gan_inpaint_training.detector.trainer import DetectorTrainer, build, restore
from gan_inpaint_training.detector.validation import Cases

__all__ = [
    "FILM",
    "KIND",
    "Cases",
    "DamagedCrops",
    "Detector",
    "DetectorConfig",
    "DetectorTrainer",
    "build",
    "configured",
    "damaged_crops",
    "for_training",
    "held_out",
    "measured",
    "restore",
]
