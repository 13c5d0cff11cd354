"""Raw files are read as what they are, or refused."""

import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from redigit.datasets import DATASETS, check_raw_files, find_dataset, find_fault, load_images
from redigit.errors import InputError
from tiny_data import NAMES, make_dataset

TINY, CONTENTS, ARRAYS = make_dataset()
RAW = Path(os.environ.get("REDIGIT_DATA", Path(__file__).parents[2] / "data" / "raw"))
needs_raw_data = pytest.mark.skipif(
    not all((RAW / name / raw.name).exists() for name in DATASETS for raw in DATASETS[name].files),
    reason=f"the raw data are not in {RAW} (made by download_data; REDIGIT_DATA names a folder)",
)
share_folder = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / TINY.name
    path.mkdir()
    for name, content in CONTENTS.items():
        (path / name).write_bytes(content)
    return path


@pytest.mark.parametrize(("split", "names"), [("train", NAMES[:2]), ("test", NAMES[2:])])
def test_reads_what_was_written(folder, split, names):
    images, labels = load_images(folder, split, TINY)
    assert images.dtype == labels.dtype == np.uint8
    np.testing.assert_array_equal(images, ARRAYS[names[0]])
    np.testing.assert_array_equal(labels, ARRAYS[names[1]])


def test_takes_files_in_any_order(folder):
    files = [folder / name for name in reversed(NAMES)]
    for split in ("train", "test"):
        for from_list, from_folder in zip(
            load_images(files, split, TINY), load_images(folder, split, TINY), strict=True
        ):
            np.testing.assert_array_equal(from_list, from_folder)


def test_reads_only_the_split_asked_for(folder):
    (folder / NAMES[0]).write_bytes(b"broken")
    load_images(folder, "test", TINY)
    load_images([folder / name for name in NAMES[2:]], "test", TINY)


def check_refused(folder: Path, name: str, content: bytes, *said: str) -> None:
    """Both readers refuse the content, in one line that names the file and what to do."""
    (folder / name).write_bytes(content)
    split = "train" if name.startswith("train") else "test"
    try:
        for read in (
            lambda: load_images(folder, split, TINY),
            lambda: check_raw_files(folder.parent, [TINY]),
        ):
            with pytest.raises(InputError) as caught:
                read()
            text = str(caught.value)
            assert "\n" not in text
            for word in (str(folder / name), "found", "expected", "delete it", *said):
                assert word in text
    finally:
        (folder / name).write_bytes(CONTENTS[name])


@share_folder
@given(st.sampled_from(NAMES), st.data())
def test_any_altered_byte_is_refused(folder, name, data):
    content = bytearray(CONTENTS[name])
    position = data.draw(st.integers(0, len(content) - 1))
    content[position] ^= data.draw(st.integers(1, 255))
    check_refused(folder, name, bytes(content), "SHA-256")


@share_folder
@given(st.sampled_from(NAMES), st.data())
def test_any_truncation_is_refused(folder, name, data):
    content = CONTENTS[name]
    length = data.draw(st.integers(0, len(content) - 1))
    check_refused(folder, name, content[:length], f"{length} bytes", str(len(content)))


@share_folder
@given(st.sampled_from(NAMES), st.binary(min_size=1, max_size=9))
def test_any_added_byte_is_refused(folder, name, more):
    check_refused(folder, name, CONTENTS[name] + more, "bytes")


def test_change_under_an_old_time_is_seen(folder):
    path = folder / NAMES[3]
    times = path.stat()
    check_raw_files(folder.parent, [TINY])
    path.write_bytes(bytes([path.read_bytes()[0] ^ 1]) + path.read_bytes()[1:])
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
    with pytest.raises(InputError):
        check_raw_files(folder.parent, [TINY])


def test_missing_files_are_no_fault_before_the_download(folder, tmp_path):
    check_raw_files(tmp_path / "nowhere", [TINY])
    (folder / NAMES[0]).unlink()
    check_raw_files(folder.parent, [TINY])


def test_missing_file_cannot_be_loaded(folder):
    (folder / NAMES[0]).unlink()
    with pytest.raises(InputError, match=NAMES[0]):
        load_images(folder, "train", TINY)
    with pytest.raises(InputError, match=NAMES[0]):
        load_images([folder / NAMES[1]], "train", TINY)


def test_mislabelled_file_is_named():
    for found in DATASETS["fashion_mnist"].files:
        expected = next(raw for raw in DATASETS["mnist"].files if raw.name == found.name)
        fault = find_fault(expected, found.size, found.sha256)
        assert f"this is {found.name} of fashion_mnist" in fault


def test_unknown_names_are_refused():
    with pytest.raises(InputError, match="allowed: mnist, fashion_mnist"):
        find_dataset("emnist")
    with pytest.raises(InputError, match="allowed: train, test"):
        TINY.find_split("validation")


@pytest.mark.parametrize("dataset", DATASETS.values(), ids=DATASETS)
def test_table_agrees_with_the_idx_format(dataset):
    for split, n in (("train", 60_000), ("test", 10_000)):
        images, labels = dataset.find_split(split)
        assert images.size == 16 + n * 28 * 28
        assert labels.size == 8 + n
    assert len(dataset.classes) == 10
    assert tuple(raw.name for raw in dataset.files) == NAMES


def test_table_has_eight_different_files():
    digests = {raw.sha256 for dataset in DATASETS.values() for raw in dataset.files}
    assert len(digests) == 8
    assert all(len(bytes.fromhex(digest)) == 32 for digest in digests)


@needs_raw_data
def test_genuine_files_pass():
    check_raw_files(RAW)


@needs_raw_data
@pytest.mark.parametrize(
    ("name", "split", "counts"),
    [
        ("mnist", "train", [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]),
        ("mnist", "test", [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]),
        ("fashion_mnist", "train", [6000] * 10),
        ("fashion_mnist", "test", [1000] * 10),
    ],
)
def test_genuine_class_counts(name, split, counts):
    images, labels = load_images(RAW / name, split, find_dataset(name))
    assert images.shape == (sum(counts), 28, 28)
    assert np.bincount(labels).tolist() == counts
