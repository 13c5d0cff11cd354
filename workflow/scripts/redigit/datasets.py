"""The two datasets: which files they are made of, and reading them only if they are genuine."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from redigit.errors import InputError

# Height and width of every image, in pixels.
IMAGE_SHAPE = (28, 28)

# Classes of MNIST, and of the sum of two of its digits.
N_DIGITS = 10
N_SUMS = 2 * N_DIGITS - 1


@dataclass(frozen=True)
class RawFile:
    """What one idx file must be.

    Attributes
    ----------
    name : str
        File name.
    size : int
        Size in bytes, uncompressed.
    sha256 : str
        SHA-256 of the uncompressed bytes, in hexadecimal.
    """

    name: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Dataset:
    """A dataset of four idx files.

    Attributes
    ----------
    name : str
        Name in parameters and paths.
    train_images, train_labels, test_images, test_labels : RawFile
        The files by their roles.
    classes : tuple of str
        Name of each class, in the order of the labels.
    """

    name: str
    train_images: RawFile
    train_labels: RawFile
    test_images: RawFile
    test_labels: RawFile
    classes: tuple[str, ...]

    @property
    def files(self) -> tuple[RawFile, ...]:
        """The four files: training images and labels, test images and labels."""
        return (self.train_images, self.train_labels, self.test_images, self.test_labels)

    @property
    def n_train(self) -> int:
        """Number of training images; 8 bytes stand before the labels, of one byte each."""
        return self.train_labels.size - 8

    def find_split(self, split: str) -> tuple[RawFile, RawFile]:
        """Images and labels of ``"train"`` or ``"test"``."""
        if split == "train":
            return self.train_images, self.train_labels
        if split == "test":
            return self.test_images, self.test_labels
        raise InputError(f"{self.name}: split {split!r} is unknown; allowed: train, test")


DATASETS = {
    dataset.name: dataset
    for dataset in (
        Dataset(
            name="mnist",
            train_images=RawFile(
                "train-images-idx3-ubyte",
                47_040_016,
                "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
            ),
            train_labels=RawFile(
                "train-labels-idx1-ubyte",
                60_008,
                "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
            ),
            test_images=RawFile(
                "t10k-images-idx3-ubyte",
                7_840_016,
                "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
            ),
            test_labels=RawFile(
                "t10k-labels-idx1-ubyte",
                10_008,
                "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
            ),
            classes=("0", "1", "2", "3", "4", "5", "6", "7", "8", "9"),
        ),
        Dataset(
            name="fashion_mnist",
            train_images=RawFile(
                "train-images-idx3-ubyte",
                47_040_016,
                "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
            ),
            train_labels=RawFile(
                "train-labels-idx1-ubyte",
                60_008,
                "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
            ),
            test_images=RawFile(
                "t10k-images-idx3-ubyte",
                7_840_016,
                "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
            ),
            test_labels=RawFile(
                "t10k-labels-idx1-ubyte",
                10_008,
                "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
            ),
            classes=(
                "T-shirt/top",
                "Trouser",
                "Pullover",
                "Dress",
                "Coat",
                "Sandal",
                "Shirt",
                "Sneaker",
                "Bag",
                "Ankle boot",
            ),
        ),
    )
}


def find_dataset(name: str) -> Dataset:
    """Look a dataset up by its name; an unknown one is bad input."""
    if name not in DATASETS:
        raise InputError(f"dataset {name!r} is unknown; allowed: {', '.join(DATASETS)}")
    return DATASETS[name]


def count_images(name: str) -> tuple[int, int]:
    """Count the training and the test images of a dataset.

    They follow from the sizes of its raw files, which are verified before they are used: an idx
    file of labels has 8 bytes before its one byte a label.
    """
    dataset = find_dataset(name)
    return dataset.train_labels.size - 8, dataset.test_labels.size - 8


def load_images(
    files: Path | Sequence[Path], split: str, dataset: Dataset | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Read the images and labels of one split, after verifying both files.

    Parameters
    ----------
    files : Path or sequence of Path
        The folder of the dataset's files, or the files themselves in any order; those of the
        other split may be among them or not.
    split : str
        ``"train"`` or ``"test"``.
    dataset : Dataset, optional
        By default the one that the files' folder is named after.

    Returns
    -------
    images : ndarray of uint8, shape (n, 28, 28)
        Grey values, 0 to 255; read-only.
    labels : ndarray of uint8, shape (n,)
        Class of each image; read-only.

    Raises
    ------
    InputError
        If a file is missing, or its size or SHA-256 is not what the dataset's must be.
    """
    if isinstance(files, Path):
        dataset = dataset or find_dataset(files.name)
        paths = {raw.name: files / raw.name for raw in dataset.files}
    else:
        dataset = dataset or find_dataset(files[0].parent.name)
        paths = {path.name: path for path in files}
    wanted = dataset.find_split(split)
    for raw in wanted:
        if raw.name not in paths:
            raise InputError(
                f"{dataset.name}: {raw.name} is not among the {len(paths)} files given"
            )
    images, labels = (decode_idx(read_verified(paths[raw.name], raw)) for raw in wanted)
    return images, labels


def read_verified(path: Path, raw: RawFile) -> bytes:
    """Read a file whole and verify it, so that what is used is what was verified."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InputError(
            f"{path}: cannot be read ({error.strerror}); download_data makes it"
        ) from error
    fault = find_fault(raw, len(content), hashlib.sha256(content).hexdigest())
    if fault:
        raise InputError(f"{path}: {fault}; delete it and run again")
    return content


def decode_idx(content: bytes) -> np.ndarray:
    """Turn a verified idx file of unsigned bytes into an array of the shape that it states.

    The header is two zero bytes, the type (8: unsigned byte), the number of dimensions, and
    the length of each as a big-endian 32-bit number.
    """
    dimensions = content[3]
    shape = np.frombuffer(content, ">u4", count=dimensions, offset=4)
    return np.frombuffer(content, np.uint8, offset=4 + 4 * dimensions).reshape(shape)


def find_fault(raw: RawFile, size: int, sha256: str) -> str | None:
    """Say what is wrong with content of this size and SHA-256; None if it is `raw`'s."""
    if size != raw.size:
        return f"found {size} bytes, expected {raw.size}"
    if sha256 == raw.sha256:
        return None
    fault = f"found SHA-256 {sha256}, expected {raw.sha256}"
    for dataset in DATASETS.values():
        for other in dataset.files:
            if sha256 == other.sha256:
                return f"{fault} (this is {other.name} of {dataset.name})"
    return fault


def check_raw_files(folder: Path, datasets: Iterable[Dataset] = DATASETS.values()) -> None:
    """Verify those raw files that are there; called before any job starts.

    All eight take about 0.1 s, so that nothing is remembered from one call to the next.

    Parameters
    ----------
    folder : Path
        Holds one folder for each dataset, of its name. What is missing is no fault.
    datasets : iterable of Dataset, optional
        By default both.

    Raises
    ------
    InputError
        If a file is truncated, altered, or another file under this name.
    """
    for dataset in datasets:
        for raw in dataset.files:
            path = folder / dataset.name / raw.name
            if path.exists():
                read_verified(path, raw)
