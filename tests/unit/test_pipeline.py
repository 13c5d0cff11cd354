"""What dvc.lock holds is read as DVC wrote it, or not at all."""

import pytest

from redigit.chain import Chain
from redigit.errors import InputError
from redigit.pipeline import read_lock

LOCK = """\
schema: '2.0'
stages:
  download_raw@mnist:
    cmd: python -m redigit.download mnist --log logs/mnist.log
    params:
      params.yaml:
        sources.mnist: archive
    outs:
    - path: data/raw/mnist
      hash: md5
      md5: 0123456789abcdef0123456789abcdef
      size: 7840016
  draw_pairs@mnist:
    cmd: python -m redigit.pairs mnist
    deps:
    - path: data/raw/mnist
      hash: md5
      md5: 0123456789abcdef0123456789abcdef
      size: 7840016
"""


@pytest.fixture
def lock(tmp_path, monkeypatch):
    """dvc.lock in a folder of its own, beside a dvc.yaml without stages."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "dvc.yaml").write_text("stages: {}\n")
    file = tmp_path / "dvc.lock"
    file.write_text(LOCK)
    return file


def test_lock_that_is_cut_off_is_refused_or_says_nothing_false(lock):
    """A killed DVC may leave the beginning of it; only its last record may be half a record."""
    whole = read_lock()
    for end in range(len(LOCK)):
        lock.write_text(LOCK[:end])
        assert Chain(has_lock=False).recorded.keys() <= whole.keys()
        try:
            found = read_lock()
        except InputError as error:
            assert str(error).startswith("dvc.lock: ")
            continue
        assert found.keys() <= whole.keys()
        assert all(found[name] == whole[name] for name in list(found)[:-1])


def test_lock_has_to_be_there_for_an_audit(lock):
    lock.unlink()
    assert Chain(has_lock=False).recorded == {}
    with pytest.raises(InputError, match=r"^dvc\.lock: missing"):
        Chain()
