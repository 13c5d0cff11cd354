"""Datasets of a few images, for tests that need files of known content."""

import hashlib
import struct

import numpy as np

from redigit.datasets import Dataset, RawFile

NAMES = (
    "train-images-idx3-ubyte",
    "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte",
)


def encode_idx(array: np.ndarray) -> bytes:
    """Write an array of unsigned bytes as an idx file."""
    header = struct.pack(f">BBBB{array.ndim}I", 0, 0, 8, array.ndim, *array.shape)
    return header + array.tobytes()


def make_dataset(
    n_train: int = 20, n_test: int = 10, seed: int = 0
) -> tuple[Dataset, dict[str, bytes], dict[str, np.ndarray]]:
    """Make a dataset of noise: its description, its files' content and its arrays."""
    random = np.random.default_rng(seed)
    shapes = ((n_train, 28, 28), (n_train,), (n_test, 28, 28), (n_test,))
    arrays = {
        name: random.integers(0, 256 if len(shape) == 3 else 10, shape, dtype=np.uint8)
        for name, shape in zip(NAMES, shapes, strict=True)
    }
    contents = {name: encode_idx(array) for name, array in arrays.items()}
    files = [
        RawFile(name, len(content), hashlib.sha256(content).hexdigest())
        for name, content in contents.items()
    ]
    return Dataset("tiny", *files, classes=tuple("0123456789")), contents, arrays
