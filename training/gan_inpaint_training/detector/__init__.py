"""The detector of scratches and damage: photographs with drawn damage, and a small network that finds it.

`DamagedCrops` are its training data, `DetectorTrainer` is what the training loop runs. `measured` gives its metrics on
`Cases`.
"""

from gan_inpaint_training.damage.film.kinds import FILM
from gan_inpaint_training.detector.config import KIND, DetectorConfig, configured
from gan_inpaint_training.detector.crops import DamagedCrops, damaged_crops
from gan_inpaint_training.detector.held_out import for_training, held_out
from gan_inpaint_training.detector.metrics import UNMEASURED_THRESHOLD, damage_map, measured
from gan_inpaint_training.detector.network import Detector
from gan_inpaint_training.detector.trainer import DetectorTrainer, build, of_checkpoint, restore
from gan_inpaint_training.detector.validation import Cases

__all__ = [
    "FILM",
    "KIND",
    "UNMEASURED_THRESHOLD",
    "Cases",
    "DamagedCrops",
    "Detector",
    "DetectorConfig",
    "DetectorTrainer",
    "build",
    "configured",
    "damage_map",
    "damaged_crops",
    "for_training",
    "held_out",
    "measured",
    "of_checkpoint",
    "restore",
]
