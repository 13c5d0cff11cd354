"""The raw data are those that the studies describe, read by other code than the project's."""

import numpy as np
import pytest

from redigit.datasets import DATASETS, load_images

# Images of each class, as the authors of the datasets print them.
COUNTS = {
    ("mnist", "train"): [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949],
    ("mnist", "test"): [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009],
    ("fashion_mnist", "train"): [6000] * 10,
    ("fashion_mnist", "test"): [1000] * 10,
}


@pytest.mark.parametrize(("name", "split"), COUNTS)
def test_classes_have_their_printed_sizes(raw, name, split):
    counts = COUNTS[name, split]
    files = [raw / name / file.name for file in DATASETS[name].find_split(split)]
    # An idx file is a header of four bytes and four for each dimension, then the values.
    pixels = np.fromfile(files[0], np.uint8, offset=16).reshape(-1, 28, 28)
    classes = np.fromfile(files[1], np.uint8, offset=8)
    assert np.bincount(classes).tolist() == counts
    images, labels = load_images(raw / name, split)
    np.testing.assert_array_equal(images, pixels)
    np.testing.assert_array_equal(labels, classes)
