"""Files appear whole or not at all, hold what was written, and have the same bytes each time."""

import json
import os
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from redigit.errors import InputError
from redigit.files import (
    read_arrays,
    read_json,
    write_arrays,
    write_atomic,
    write_csv,
    write_json,
    write_parquet,
    write_text,
)

DTYPES = ["bool", "u1", "i1", "u2", "i2", "u4", "i4", "u8", "i8", "f2", "f4", "f8"]
SHAPES = arrays.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=3)
ARRAYS = st.dictionaries(
    st.text("abc/_1", min_size=1, max_size=8),
    st.sampled_from(DTYPES).flatmap(lambda dtype: arrays.arrays(dtype, SHAPES)),
    max_size=4,
)


def test_old_file_stays_when_the_writer_fails(tmp_path):
    path = tmp_path / "result.csv"
    write_text(path, "old")

    def fail_half_way():
        with write_atomic(path) as temporary:
            temporary.write_text("ne")
            raise RuntimeError("stopped")

    with pytest.raises(RuntimeError, match="stopped"):
        fail_half_way()
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_name_appears_only_at_the_end_and_nothing_is_left_beside_it(tmp_path):
    path = tmp_path / "new" / "folder" / "result.csv"
    with write_atomic(path) as temporary:
        temporary.write_text("whole")
        assert not path.exists()
        assert temporary.parent == path.parent  # a rename across file systems is no rename
    assert path.read_text() == "whole"
    assert list(path.parent.iterdir()) == [path]


def test_reader_keeps_the_old_content(tmp_path):
    path = tmp_path / "result.csv"
    write_text(path, "old")
    with path.open() as reader:
        write_text(path, "new")
        assert reader.read() == "old"
    assert path.read_text() == "new"


@pytest.mark.parametrize("umask", [0o022, 0o077, 0o002, 0o000])
def test_permissions_follow_the_umask(tmp_path, umask):
    before = os.umask(umask)
    try:
        write_text(tmp_path / "result.csv", "x")
        assert (tmp_path / "result.csv").stat().st_mode & 0o777 == 0o666 & ~umask
        assert os.umask(umask) == umask
    finally:
        os.umask(before)


def test_folder_that_cannot_be_made_is_bad_input(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(InputError) as caught:
        write_text(tmp_path / "file/result.csv", "x")
    assert str(caught.value).startswith(f"{tmp_path / 'file'}: cannot be written to (")
    assert "\n" not in str(caught.value)


@given(ARRAYS)
def test_arrays_come_back_as_they_were(tmp_path, written):
    path = tmp_path / "some.safetensors"
    write_arrays(path, written)
    read = read_arrays(path)
    assert set(read) == set(written)
    for name, array in written.items():
        assert read[name].dtype == array.dtype
        assert read[name].shape == array.shape
        assert read[name].tobytes() == array.tobytes()


@pytest.mark.parametrize(
    "view",
    [
        lambda a: a.T,
        lambda a: a[::-1],
        lambda a: a[:, ::2],
        lambda a: np.broadcast_to(a[:1], a.shape),
        lambda a: a.astype(a.dtype.newbyteorder(">")),
        lambda a: a[None],
    ],
    ids=["transposed", "reversed", "strided", "broadcast", "big-endian", "lengthened"],
)
def test_views_come_back_by_value(tmp_path, view):
    array = view(np.arange(12, dtype=np.int32).reshape(3, 4))
    write_arrays(tmp_path / "view.safetensors", {"view": array})
    np.testing.assert_array_equal(read_arrays(tmp_path / "view.safetensors")["view"], array)


def test_any_truncation_of_arrays_is_bad_input(tmp_path):
    path = tmp_path / "whole.safetensors"
    write_arrays(path, {"a": np.arange(5), "b": np.ones((2, 2), np.float32)})
    whole = path.read_bytes()
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        with pytest.raises(InputError) as caught:
            read_arrays(path)
        assert str(caught.value).startswith(f"{path}: not a whole safetensors file")
        assert "\n" not in str(caught.value)


WRITE_ALL = """
import sys
from pathlib import Path
import numpy as np, pandas as pd
from redigit.files import write_arrays, write_csv, write_json, write_parquet
folder, numbers = Path(sys.argv[1]), np.arange(6)
write_arrays(folder / "a.safetensors", {name: numbers / 7 for name in ("b", "a", "c", "aa")})
table = pd.DataFrame({"x": numbers, "y": numbers / 7, "z": pd.Categorical(list("abcabc"))})
write_parquet(folder / "a.parquet", table)
write_csv(folder / "a.csv", table)
write_json(folder / "a.json", {"b": 1 / 7, "a": [1, None]})
"""


def test_bytes_are_the_same_in_every_process(tmp_path):
    digests = []
    for seed in ("1", "2"):
        folder = tmp_path / seed
        folder.mkdir()
        # Another seed of hashes gives sets another order.
        environment = os.environ | {"PYTHONHASHSEED": seed}
        subprocess.run([sys.executable, "-c", WRITE_ALL, folder], check=True, env=environment)
        digests.append({p.name: sha256(p.read_bytes()).hexdigest() for p in folder.iterdir()})
    assert len(digests[0]) == 4
    assert digests[0] == digests[1]


def test_order_of_arrays_does_not_matter(tmp_path):
    some = {"b": np.ones(2), "a": np.zeros(3)}
    write_arrays(tmp_path / "1", some)
    write_arrays(tmp_path / "2", dict(reversed(some.items())))
    assert (tmp_path / "1").read_bytes() == (tmp_path / "2").read_bytes()


@given(
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers()
        | st.floats(allow_nan=False, allow_infinity=False)
        # Half of a surrogate pair is no text.
        | st.text(st.characters(exclude_categories=["Cs"])),
        lambda inner: st.lists(inner) | st.dictionaries(st.text("aé\n"), inner),
        max_leaves=8,
    )
)
def test_json_comes_back_as_it_was(tmp_path, value):
    write_json(tmp_path / "a.json", value)
    assert read_json(tmp_path / "a.json") == value


def test_json_has_a_line_for_each_list_of_numbers(tmp_path):
    """Metrics have a list for each metric, of up to a thousand replicates."""
    value = {"row": {"mean": 0.5, "replicates": {"loss": [0.25, 0.75], "draw": [0, 1], "none": []}}}
    write_json(tmp_path / "a.json", value)
    assert (tmp_path / "a.json").read_text().splitlines() == [
        *("{", ' "row": {', '  "mean": 0.5,', '  "replicates": {'),
        *('   "loss": [0.25, 0.75],', '   "draw": [0, 1],', '   "none": []'),
        *("  }", " }", "}"),
    ]


@pytest.mark.parametrize("text", ["[\n 1,\n 2\n]", "a [  b ]", '["', "\\[\n"])
def test_brackets_in_json_texts_stay_as_they_are(tmp_path, text):
    value = {text: [text, [1, [2, None]], text]}
    write_json(tmp_path / "a.json", value)
    assert read_json(tmp_path / "a.json") == value


@pytest.mark.parametrize("value", [float("nan"), float("inf"), [-float("inf")]])
def test_json_without_what_json_lacks(tmp_path, value):
    with pytest.raises(ValueError, match="JSON compliant"):
        write_json(tmp_path / "a.json", value)
    assert not list(tmp_path.iterdir())


def test_broken_json_is_bad_input_with_its_line(tmp_path):
    path = tmp_path / "a.json"
    path.write_text(json.dumps({"a": 1}, indent=1)[:-2])
    with pytest.raises(InputError, match=r"a\.json: line 2: not JSON"):
        read_json(path)


@given(st.lists(st.floats(allow_nan=False), min_size=1), st.data())
def test_tables_come_back_as_they_were(tmp_path, numbers, data):
    words = st.text('ab,"\né', min_size=1).filter(lambda word: word.strip() == word)
    names = data.draw(st.lists(words, min_size=len(numbers), max_size=len(numbers)))
    table = pd.DataFrame({"number": numbers, "name": names})
    write_csv(tmp_path / "a.csv", table)
    write_parquet(tmp_path / "a.parquet", table)
    read = pd.read_csv(tmp_path / "a.csv", keep_default_na=False)
    pd.testing.assert_frame_equal(read, table, check_exact=True)
    pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / "a.parquet"), table, check_exact=True)


def test_text_has_unix_line_ends(tmp_path):
    write_text(tmp_path / "a.txt", "é\n")
    assert Path(tmp_path / "a.txt").read_bytes() == b"\xc3\xa9\n"
