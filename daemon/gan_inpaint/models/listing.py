"""Models as the daemon's messages show them."""

from __future__ import annotations

from collections.abc import Iterable

from gan_inpaint.models import catalogue
from gan_inpaint.models.entry import ModelEntry
from gan_inpaint.protocol import InstalledModel, ModelInfo, PublishedModel


def offered(entries: Iterable[ModelEntry]) -> list[ModelInfo]:
    """Return what `welcome` shows of those models that a fill may ask for."""
    return [
        ModelInfo(entry.name, about.title, about.version, entry.kind, entry.default, about.licence)
        for entry in entries
        for about in [entry.manifest]
        if entry.kind != "detector"
    ]


def installed(entry: ModelEntry) -> InstalledModel:
    """Return what `models` shows of a model that is there."""
    about, known = entry.manifest, catalogue.with_sha256(entry.sha256)
    return InstalledModel(
        name=entry.name,
        title=about.title,
        version=about.version,
        kind=entry.kind,
        default=entry.default,
        built_in=entry.built_in,
        licence=about.licence,
        training_data=about.training_data,
        page=known.page if known else "",
    )


def published(model: catalogue.Published, is_there: bool) -> PublishedModel:
    """Return what `models` shows of a model of the catalogue."""
    return PublishedModel(
        name=model.name,
        title=model.title,
        good_for=model.good_for,
        size=model.size,
        licence=model.licence,
        training_data=model.training_data,
        address=model.address,
        page=model.page,
        installed=is_there,
    )
