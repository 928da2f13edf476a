"""Filling by example: the hole is put together from patches of the known picture, coarse to fine.

Wexler, Shechtman and Irani, "Space-Time Completion of Video" (2007): at each octave of a pyramid, every patch that
touches the hole is matched to its nearest known patch, and every pixel of the hole becomes the weighted mean of what
the patches over it propose (without the mean shift); repeated, both agree. The matches are found by Barnes
et al., "PatchMatch" (2009, section 3): they spread to neighbours and improve by a random search whose radius halves.
All patches take a step at once here instead of in scan order, which suits arrays. The matches of an octave are handed
on to the next finer one, which therefore starts with real detail instead of an enlarged blur. Two channels of texture
go beside the three of colour, since at coarse octaves grass is as smooth as sky (Newson et al., "Non-Local Patch-Based
Image Inpainting", 2017).
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Places = NDArray[np.intp]
Flags = NDArray[np.bool_]

PATCH = 7
_RADIUS = PATCH // 2
_OFFSETS = [(y, x) for y in range(-_RADIUS, _RADIUS + 1) for x in range(-_RADIUS, _RADIUS + 1)]
_NEIGHBOURS = [(0, 1), (0, -1), (1, 0), (-1, 0)]
_SMALLEST = 4 * PATCH  # pixels of the coarsest octave's shorter side
_DEEPEST = 4.0  # octaves end where no pixel of the hole is farther from the known picture
_ROUNDS = {"coarsest": 12, "between": 5, "finest": 3}
_STEPS = 2  # propagations and searches a round
_TRUST = 1.3  # a pixel, and a patch's proposal, counts that much less for each pixel that it is farther inside the hole
_CHANNELS = 5  # red, green, blue, texture across, texture down
_TEXTURE_WEIGHT, _TEXTURE_SIDE = 5.0, 9
_SEED = 7


def patchmatch_fill(picture: NDArray[np.uint8], hole: Flags) -> NDArray[np.uint8]:
    """The picture (H, W, 3) uint8 with its hole (H, W) filled; the same input gives the same output.

    It takes about a kilobyte of memory for each pixel. Where no patch of 7 × 7 is known, the fill is Telea's.
    """
    random = np.random.default_rng(_SEED)
    octaves = _octaves(np.dstack([picture.astype(np.float32), _texture(picture, hole)]), hole)
    known, coarsest = octaves[-1]
    image = _smooth(known, coarsest.hole)
    matches: Places | None = None
    for number in reversed(range(len(octaves))):
        known, octave = octaves[number]
        if not octave.usable:
            break
        if matches is None:
            matches, rounds = octave.drawn(random), _ROUNDS["coarsest"]
        else:
            matches, rounds = octave.refined(random, matches), _ROUNDS["between" if number else "finest"]
            image = octave.voted(known, matches, np.zeros(len(octave.targets), np.float32))
        for round in range(rounds):
            distances = octave.improve(random, image, matches)
            image = octave.voted(image, matches, distances, sharp=number == 0 and round == rounds - 1)
    filled: NDArray[np.uint8] = np.where(
        hole[..., None], np.rint(np.clip(image[..., :3], 0, 255)).astype(np.uint8), picture
    )
    return filled


class _Octave:
    """One resolution. `targets` (K, 2) are the centres, row and column, of the patches that touch the hole.

    Matches are (H, W, 2): for each target the centre of a source, a patch that lies in the picture and is known; -1
    elsewhere.
    """

    def __init__(self, hole: Flags) -> None:
        self.hole = hole
        kernel = np.ones((PATCH, PATCH), np.uint8)
        touched = cv2.dilate(hole.astype(np.uint8), kernel)
        self.targets = np.argwhere(touched)
        known = cv2.copyMakeBorder((~hole).astype(np.uint8), 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0)
        self.is_source = cv2.erode(known, kernel)[1:-1, 1:-1] > 0
        self.sources = np.argwhere(self.is_source)
        self.usable = len(self.sources) > 0
        inside = cv2.distanceTransform(hole.astype(np.uint8), cv2.DIST_L2, 3)
        y, x = self.targets.T
        trust = (_TRUST ** -np.minimum(inside, 100)).astype(np.float32)
        relevance = _patches(np.dstack([trust] * _CHANNELS))[y * hole.shape[1] + x]
        self.relevance = relevance / relevance.sum(1, keepdims=True)
        self.trust = trust[y, x]

    def drawn(self, random: np.random.Generator) -> Places:
        """Matches at random."""
        matches = np.full((*self.hole.shape, 2), -1, np.intp)
        matches[tuple(self.targets.T)] = random.choice(self.sources, len(self.targets))
        return matches

    def refined(self, random: np.random.Generator, coarse: Places) -> Places:
        """The next coarser octave's matches, doubled; at random where that is no source."""
        matches = self.drawn(random)
        y, x = self.targets.T
        doubled = 2 * coarse[y // 2, x // 2] + self.targets % 2
        fits = self._are_sources(doubled)
        matches[y[fits], x[fits]] = doubled[fits]
        return matches

    def improve(self, random: np.random.Generator, image: Floats, matches: Places) -> Floats:
        """Better matches for the patches of `image` (H, W, 5), in place; returns their distances (K,): means of
        squared differences, in which pixels that are known count more than those deep in the hole."""
        y, x = self.targets.T
        patches = _patches(image)
        width = image.shape[1]
        own = patches[y * width + x]
        best, distances = matches[y, x], np.full(len(y), np.inf, np.float32)

        def consider(candidates: Places) -> None:
            new = np.flatnonzero(self._are_sources(candidates) & ((candidates != best).any(1) | np.isinf(distances)))
            difference = patches[candidates[new, 0] * width + candidates[new, 1]]
            difference -= own[new]
            difference *= difference
            squared = np.einsum("kc,kc->k", difference, self.relevance[new])
            better = squared < distances[new]
            best[new[better]], distances[new[better]] = candidates[new[better]], squared[better]

        consider(best.copy())
        for _ in range(_STEPS):
            for down, right in _NEIGHBOURS:
                matches[y, x] = best
                neighbours = np.clip(self.targets + np.array([down, right]), 0, np.array(self.hole.shape) - 1)
                consider(matches[tuple(neighbours.T)] - np.array([down, right]))
            radius = max(self.hole.shape)
            while radius >= 1:
                consider(best + random.integers(-radius, radius + 1, best.shape))
                radius //= 2
        matches[y, x] = best
        return distances

    def voted(self, image: Floats, matches: Places, distances: Floats, *, sharp: bool = False) -> Floats:
        """`image` (H, W, 5) with its hole made of what the matched patches propose for each pixel.

        A proposal's weight falls with its distance, relative to their 75th percentile (as Wexler's), and with
        the depth in the hole. `sharp` lets a patch speak for its middle, so that fewer proposals are averaged.
        """
        scale = 2 * max(float(np.percentile(distances, 75)), 1.0)
        weights = self.trust * np.exp(-distances / scale) + np.float32(1e-30)
        framed = np.zeros((*(extent + 2 * _RADIUS for extent in self.hole.shape), _CHANNELS + 1), np.float32)
        sources = matches[tuple(self.targets.T)]
        for offset in _OFFSETS:
            weight = weights * np.float32(np.exp(-(offset[0] ** 2 + offset[1] ** 2) / 2)) if sharp else weights
            colours = image[tuple((sources + offset).T)]
            places = tuple((self.targets + offset + _RADIUS).T)
            framed[places] += np.concatenate([colours * weight[:, None], weight[:, None]], 1)
        sums = framed[_RADIUS:-_RADIUS, _RADIUS:-_RADIUS][self.hole]
        voted = image.copy()
        voted[self.hole] = sums[:, :-1] / sums[:, -1:]
        return voted

    def _are_sources(self, places: Places) -> Flags:
        height, width = self.hole.shape
        y, x = places.T
        inside = (y >= 0) & (y < height) & (x >= 0) & (x < width)
        sources: Flags = inside & self.is_source[np.where(inside, y, 0), np.where(inside, x, 0)]
        return sources


def _octaves(picture: Floats, hole: Flags) -> list[tuple[Floats, _Octave]]:
    """Each octave's known channels (H, W, 5), zero in the hole, and its geometry, the finest first."""
    octaves = [(np.where(hole[..., None], 0, picture), _Octave(hole))]
    while True:
        image, finer = octaves[-1]
        deepest = float(cv2.distanceTransform(finer.hole.astype(np.uint8), cv2.DIST_L2, 3).max())
        if deepest <= _DEEPEST or min(finer.hole.shape) < 2 * _SMALLEST:
            return octaves
        smaller = _halved(image, finer.hole)
        if not smaller[1].usable:
            return octaves
        octaves.append(smaller)


def _halved(image: Floats, hole: Flags) -> tuple[Floats, _Octave]:
    """Means of the known pixels of each 2 × 2; one with less than half of them known is hole."""
    even = [(0, extent % 2) for extent in hole.shape]
    known = np.pad((~hole).astype(np.float32), even, mode="edge")
    size = (known.shape[1] // 2, known.shape[0] // 2)
    share = cv2.resize(known, size, interpolation=cv2.INTER_AREA)
    sums = cv2.resize(np.pad(image, [*even, (0, 0)], mode="edge"), size, interpolation=cv2.INTER_AREA)
    coarse = share < 0.5
    return np.where(coarse[..., None], 0, sums / np.maximum(share, 0.25)[..., None]).astype(np.float32), _Octave(coarse)


def _smooth(image: Floats, hole: Flags) -> Floats:
    """Telea's fill of every channel."""
    samples, flags = np.rint(np.clip(image, 0, 255)).astype(np.uint8), hole.astype(np.uint8)
    planes = [cv2.inpaint(plane, flags, PATCH, cv2.INPAINT_TELEA) for plane in cv2.split(samples)]
    return np.dstack(planes).astype(np.float32)


def _texture(picture: NDArray[np.uint8], hole: Flags) -> Floats:
    """(H, W, 2): the known luma's mean absolute gradient around each pixel, across and down, weighted."""
    luma = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(np.float32)
    known = 1 - cv2.dilate(hole.astype(np.float32), np.ones((3, 3)))
    side = (_TEXTURE_SIDE, _TEXTURE_SIDE)
    share = np.maximum(cv2.blur(known, side), 1e-6)
    gradients = [np.abs(cv2.Sobel(luma, cv2.CV_32F, 1 - axis, axis, scale=1 / 4)) for axis in (0, 1)]
    means = [cv2.blur(gradient * known, side) / share for gradient in gradients]
    return np.minimum(_TEXTURE_WEIGHT * np.dstack(means), 255).astype(np.float32)


def _patches(image: Floats) -> Floats:
    """(H · W, 49 · C): the patch around each pixel; the image is mirrored at its edge."""
    framed = cv2.copyMakeBorder(image, _RADIUS, _RADIUS, _RADIUS, _RADIUS, cv2.BORDER_REFLECT_101)
    windows = sliding_window_view(framed, (PATCH, PATCH), axis=(0, 1))
    return np.ascontiguousarray(windows.transpose(0, 1, 3, 4, 2)).reshape(len(image) * image.shape[1], -1)
