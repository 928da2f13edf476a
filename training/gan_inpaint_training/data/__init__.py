"""Pictures as training crops, with their holes.

Sample number n of a run is a function of the seed and n alone, so that a resumed run sees exactly what an
uninterrupted one would have seen.
"""

from gan_inpaint_training.data.crops import Crops
from gan_inpaint_training.data.pictures import Pictures, read
from gan_inpaint_training.data.settings import DataSettings
from gan_inpaint_training.data.sources import DataError, Picture

__all__ = ["Crops", "DataError", "DataSettings", "Picture", "Pictures", "read"]
