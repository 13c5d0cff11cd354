"""Labelled images and stacked pairs of them, with pixels made a batch at a time."""

from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
import pandas as pd

from redigit.randomness import make_generator

# All images of a split, and their labels.
Split = tuple[np.ndarray, np.ndarray]

PIXEL_RANGES = {"raw": (1.0, 0.0), "unit": (1 / 255, 0.0), "symmetric": (2 / 255, -1.0)}


def scale_pixels(images: np.ndarray, pixels: str) -> np.ndarray:
    """Scale pixels of type uint8 to float32 in one of the `PIXEL_RANGES`, of the same shape."""
    factor, offset = PIXEL_RANGES[pixels]
    scaled = images.astype(np.float32)
    scaled *= np.float32(factor)
    scaled += np.float32(offset)
    return scaled


@dataclass(frozen=True)
class ImageSet:
    """Labelled images, or stacked pairs of them, whose pixels are made a batch at a time.

    Attributes
    ----------
    images : ndarray of uint8, shape (n, 28, 28)
        Single images; pairs share them, none is copied.
    index : ndarray of int32, shape (m, k)
        The k images of each of the m items, stacked from top to bottom.
    labels : ndarray of uint8, shape (m,)
        Class of each item.
    pixels : str
        One of `PIXEL_RANGES`.
    """

    images: np.ndarray
    index: np.ndarray
    labels: np.ndarray
    pixels: str

    @classmethod
    def of_images(cls, images: np.ndarray, labels: np.ndarray, pixels: str) -> Self:
        """Make a set of single images."""
        return cls(images, np.arange(len(labels), dtype=np.int32)[:, None], labels, pixels)

    @classmethod
    def of_pairs(cls, images: np.ndarray, pairs: pd.DataFrame, pixels: str) -> Self:
        """Make a set of pairs from rows of a manifest."""
        return cls(images, pairs[["first", "second"]].to_numpy(), pairs["sum"].to_numpy(), pixels)

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def size(self) -> tuple[int, int]:
        """Height and width of one item in pixels."""
        height, width = self.images.shape[1:]
        return self.index.shape[1] * height, width

    def take(self, chosen: np.ndarray | slice) -> Self:
        """Make a set of some items only, by their numbers."""
        return replace(self, index=self.index[chosen], labels=self.labels[chosen])

    def take_sample(self, count: int, *stream: str | int) -> Self:
        """Make a set of some items at random, in their order; a larger sample holds a smaller."""
        order = make_generator(*stream).permutation(len(self))
        return self.take(np.sort(order[:count]))

    def make_batch(self, chosen: np.ndarray | slice) -> tuple[np.ndarray, np.ndarray]:
        """Make the pixels and labels of some items.

        Parameters
        ----------
        chosen : ndarray of int, shape (b,), or slice
            Which items.

        Returns
        -------
        (ndarray of float32, shape (b, 784 k), ndarray of uint8, shape (b,))
        """
        labels = self.labels[chosen]
        stacked = self.images[self.index[chosen]].reshape(len(labels), -1)
        return scale_pixels(stacked, self.pixels), labels


def select_images(
    train: Split, test: Split, settings: dict[str, Any]
) -> tuple[ImageSet, ImageSet, ImageSet]:
    """Select the images to train with, to validate with, if any, and to test with.

    Parameters
    ----------
    train, test : (ndarray of uint8, shape (n, 28, 28), ndarray of uint8, shape (n,))
        All training and all test images with their labels.
    settings : dict
        Settings of the kind `network` or `multitask`.
    """
    known, unknown = (ImageSet.of_images(*split, settings["pixels"]) for split in (train, test))
    end = settings["train_images"]
    validation = known.take(slice(end, end + settings["validation_images"]))
    sample = unknown.take_sample(settings["test_images"], "test_images", settings["data"])
    return known.take(slice(end)), validation, sample


def select_pairs(
    images: np.ndarray, manifest: pd.DataFrame, settings: dict[str, Any]
) -> tuple[ImageSet, ImageSet, ImageSet]:
    """Select the pairs to train with, to validate with, if any, and to test with.

    Parameters
    ----------
    images : ndarray of uint8, shape (n, 28, 28)
        Single images.
    manifest : pandas.DataFrame
        A manifest of pairs, whose first draw is used.
    settings : dict
        Settings of the kind `pair_network`.
    """
    first = manifest[manifest["draw"] == 0]
    train, validation, test = (
        ImageSet.of_pairs(
            images,
            first[first["split"] == split].head(settings[f"{split}_pairs"]),
            settings["pixels"],
        )
        for split in ("train", "validation", "test")
    )
    return train, validation, test
