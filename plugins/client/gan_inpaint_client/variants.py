"""The fills of one hole that a user chooses among, one after the other; without input or output."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, NamedTuple

from .dialogs import FILLING_VARIANT, NO_OTHER_VARIANT, VARIANTS_HINT, candidate_label, models_offered
from .requests import DEFAULT_MODEL

if TYPE_CHECKING:
    from .patchwork import Patchwork

USUAL, WITHOUT_COPIES = 0, 1  # of the numbers of docs/protocol.md; larger ones copy from other places
BATCH = 3  # fills that “More” adds


class Candidate(NamedTuple):
    """A fill to choose: what a request asks for, and what a dialog calls it."""

    model: str
    variant: int
    label: str


class Variants:
    """The candidates in the order in which they are filled, and the fills that differ from each other.

        variants = Variants(model, welcome["models"])
        while (candidate := variants.next()) is not None:
            …fill…
            variants.keep(work)
        variants.more()   # and on with `next`

    First come variants of the `model` that is chosen, then what the other models make of the hole. A model without a
    network has no variants, so there those of the default model follow.

    Attributes:
        fills: the fills so far, each different from those before.
        candidate: what is being filled; None before and after that.
    """

    def __init__(self, model: str, welcome_models: Iterable[Mapping[str, Any]]) -> None:
        self.fills: list[Patchwork] = []
        self.candidate: Candidate | None = None
        models = list(welcome_models)
        classical = any(each["name"] == model and each["kind"] == "classical" for each in models)
        self._varied = DEFAULT_MODEL if classical else model
        self._titles = {each.name: each.title for each in models_offered(models)}
        self._number = WITHOUT_COPIES
        self._seen: set[bytes] = set()
        self._waiting: deque[Candidate] = deque([self._candidate(model)])
        if classical:
            self._waiting.append(self._candidate(self._varied))
        self.more()
        self._waiting.append(self._candidate(self._varied, WITHOUT_COPIES))
        others = (name for name in self._titles if name not in (model, self._varied, "auto"))
        self._waiting.extend(map(self._candidate, others))

    def next(self) -> Candidate | None:
        """Return the next candidate to fill; None after the last one."""
        self.candidate = self._waiting.popleft() if self._waiting else None
        return self.candidate

    def more(self) -> None:
        """Add variants that copy from yet other places."""
        for _ in range(BATCH):
            self._number += 1
            self._waiting.append(self._candidate(self._varied, self._number))

    def keep(self, work: Patchwork) -> bool:
        """Keep the fill of the last candidate, and return whether it is another than those before."""
        digest = blake2b(b"".join(patch.pixels for patch in work.patches)).digest()
        if digest in self._seen:
            return False
        self._seen.add(digest)
        self.fills.append(work)
        return True

    def sentence(self) -> str:
        """Return what the dialog says: what is being filled, or what the user can do."""
        if self.candidate is not None:
            return FILLING_VARIANT.format(label=self.candidate.label)
        return VARIANTS_HINT if len(self.fills) > 1 else NO_OTHER_VARIANT

    def _candidate(self, model: str, variant: int = USUAL) -> Candidate:
        return Candidate(model, variant, candidate_label(self._titles.get(model, model), variant))
