"""Comparison of fillers, networks and classical ones, on the same pictures with the same seeded holes.

`Cases` are pictures with holes, `evaluate` measures fillers on them, `tables` and `contact_sheet` show the results.
"""

from gan_inpaint_training.evaluation.cases import Case, Cases, EvaluationError
from gan_inpaint_training.evaluation.classical import CLASSICAL, Fill
from gan_inpaint_training.evaluation.contact_sheet import contact_sheet
from gan_inpaint_training.evaluation.networks import checkpoint_fill, generator_fill
from gan_inpaint_training.evaluation.run import Example, evaluate, scores
from gan_inpaint_training.evaluation.silhouettes import OBJECTS
from gan_inpaint_training.evaluation.tables import Measurement, Row, aggregate, aggregates_csv, cases_csv, markdown

__all__ = [
    "CLASSICAL",
    "OBJECTS",
    "Case",
    "Cases",
    "EvaluationError",
    "Example",
    "Fill",
    "Measurement",
    "Row",
    "aggregate",
    "aggregates_csv",
    "cases_csv",
    "checkpoint_fill",
    "contact_sheet",
    "evaluate",
    "generator_fill",
    "markdown",
    "scores",
]
