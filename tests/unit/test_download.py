"""Raw files arrive whole and verified, or not at all, whatever their sources do."""

import gzip
import hashlib
import multiprocessing
import os
import random
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from loopback import Behaviour, serve
from redigit.datasets import DATASETS
from redigit.download import ATTEMPTS, CHUNK_BYTES, DataSettings, fetch_dataset, read_data_settings
from redigit.errors import InputError
from tiny_data import NAMES, make_dataset

TINY, CONTENTS, _ = make_dataset(n_train=100)
COMPRESSED = {f"{name}.gz": gzip.compress(content) for name, content in CONTENTS.items()}
TIMEOUT_S = 0.5
PROGRAM = Path(__file__).parents[2] / "workflow" / "scripts" / "download_data.py"
RAW = Path(os.environ.get("REDIGIT_DATA", Path(__file__).parents[2] / "data" / "raw"))


def fetch(folder: Path, *sources: str | dict[str, str]) -> None:
    """Fetch the tiny dataset from addresses or other sources."""
    entries = [{"url": source} if isinstance(source, str) else source for source in sources]
    fetch_dataset(TINY, folder, DataSettings(None, TIMEOUT_S, entries))


def check_complete(folder: Path) -> None:
    """The folder holds the four right files and nothing else."""
    found = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert found == CONTENTS


def check_refused(folder: Path, *sources: str | dict[str, str]) -> str:
    """No source gives everything: one line says so, and no wrong file is there."""
    with pytest.raises(InputError) as caught:
        fetch(folder, *sources)
    for name in NAMES:
        assert not (folder / name).exists() or (folder / name).read_bytes() == CONTENTS[name]
    text = str(caught.value)
    assert "\n" not in text
    return text


@pytest.fixture
def closed_address() -> str:
    """Address of a port that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    return f"http://127.0.0.1:{port}/raw"


@pytest.mark.parametrize("files", [CONTENTS, COMPRESSED], ids=["plain", "compressed"])
@pytest.mark.parametrize("states_length", [True, False])
def test_files_arrive(tmp_path, files, states_length):
    with serve(Behaviour(files, states_length=states_length)) as address:
        fetch(tmp_path / "raw" / "tiny", address)
    check_complete(tmp_path / "raw" / "tiny")


def test_right_files_are_not_fetched_again(tmp_path):
    behaviour = Behaviour(COMPRESSED)
    with serve(behaviour) as address:
        fetch(tmp_path, address)
        before = {path: path.stat() for path in tmp_path.iterdir()}
        behaviour.requests.clear()
        fetch(tmp_path, address)
        assert behaviour.requests == []
        assert {path: path.stat() for path in tmp_path.iterdir()} == before
        (tmp_path / NAMES[1]).write_bytes(b"altered")
        fetch(tmp_path, address)
    assert behaviour.requests == [(f"{NAMES[1]}.gz", None)]
    check_complete(tmp_path)


def test_broken_transfer_is_resumed(tmp_path):
    behaviour = Behaviour(COMPRESSED, breaks=ATTEMPTS - 1)
    with serve(behaviour) as address:
        fetch(tmp_path, address)
    name = f"{NAMES[0]}.gz"
    asked = [wanted for asked_for, wanted in behaviour.requests if asked_for == name]
    first, *rest = asked
    starts = [int(wanted.removeprefix("bytes=").removesuffix("-")) for wanted in rest]
    size = len(COMPRESSED[name])
    sent = [size // 2, size // 2 + size // 4]
    assert first is None
    assert len(starts) == ATTEMPTS - 1
    for start, limit in zip(starts, sent, strict=True):
        assert limit - 2 * CHUNK_BYTES < start <= limit
    assert starts == sorted(set(starts)) and starts[0] > 0
    check_complete(tmp_path)


def test_transfer_that_keeps_breaking_passes_to_the_next_source(tmp_path):
    bad, good = Behaviour(COMPRESSED, breaks=99), Behaviour(COMPRESSED)
    with serve(bad) as first, serve(good) as second:
        fetch(tmp_path, first, second)
    assert len(bad.requests) == ATTEMPTS
    assert all(wanted is None for _, wanted in good.requests), "parts of two servers joined"
    check_complete(tmp_path)


def test_interrupted_run_is_resumed_by_the_next(tmp_path):
    behaviour = Behaviour(COMPRESSED, breaks=ATTEMPTS)
    with serve(behaviour) as address:
        check_refused(tmp_path, address)
        (part,) = tmp_path.iterdir()
        had = part.stat().st_size
        behaviour.requests.clear()
        fetch(tmp_path, address)
    assert behaviour.requests[0] == (f"{NAMES[0]}.gz", f"bytes={had}-")
    check_complete(tmp_path)


def test_server_without_ranges_sends_all_again(tmp_path):
    behaviour = Behaviour(COMPRESSED, breaks=1, honours_range=False)
    with serve(behaviour) as address:
        fetch(tmp_path, address)
    assert behaviour.requests[1][1] is not None
    assert len(behaviour.requests) == len(NAMES) + 1, "more was sent than once again"
    check_complete(tmp_path)


@pytest.mark.parametrize("length", [10, 10**6], ids=["short", "too long"])
def test_spoilt_part_is_dropped(tmp_path, length):
    with serve(Behaviour(COMPRESSED, breaks=ATTEMPTS)) as address:
        check_refused(tmp_path, address)
        (part,) = tmp_path.iterdir()
        part.write_bytes(b"x" * length)
        fetch(tmp_path, address)
    check_complete(tmp_path)


def test_whole_part_is_used(tmp_path):
    behaviour = Behaviour(COMPRESSED, breaks=ATTEMPTS)
    with serve(behaviour) as address:
        check_refused(tmp_path, address)
        (part,) = tmp_path.iterdir()
        part.write_bytes(COMPRESSED[f"{NAMES[0]}.gz"])
        behaviour.requests.clear()
        fetch(tmp_path, address)
    assert [name for name, _ in behaviour.requests] == list(COMPRESSED)
    check_complete(tmp_path)


def damage(content: bytes, position: float, change: int) -> bytes:
    """Truncate content at a relative position, or alter the byte there if `change` is not 0."""
    index = int(position * len(content))
    if not change:
        return content[:index]
    return content[:index] + bytes([content[index] ^ change]) + content[index + 1 :]


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.sampled_from([CONTENTS, COMPRESSED]),
    st.sampled_from(range(4)),
    st.floats(0, 1, exclude_max=True),
    st.integers(0, 255),
)
def test_damaged_file_never_gets_its_name(tmp_path_factory, files, which, position, change):
    name = list(files)[which]
    damaged = files | {name: damage(files[name], position, change)}
    alone, together = tmp_path_factory.mktemp("alone"), tmp_path_factory.mktemp("together")
    with serve(Behaviour(damaged)) as bad, serve(Behaviour(CONTENTS)) as good:
        # Some bytes of a gzip header say nothing of the content: such a file is right.
        if not is_harmless(damaged[name], CONTENTS[NAMES[which]]):
            assert NAMES[which] in check_refused(alone, bad)
            assert not list(alone.glob("*.part"))
        fetch(together, bad, good)
    check_complete(together)


def is_harmless(damaged: bytes, content: bytes) -> bool:
    """Whether a damaged gzip file still holds the whole content."""
    try:
        return gzip.decompress(damaged) == content
    except (OSError, EOFError, ValueError, gzip.zlib.error):
        return False


def test_stalled_server_costs_one_timeout(tmp_path):
    behaviour = Behaviour(stalls=True)
    with serve(behaviour) as stalled, serve(Behaviour(COMPRESSED)) as good:
        started = time.monotonic()
        fetch(tmp_path, stalled, good)
        assert time.monotonic() - started < 2 * TIMEOUT_S
    assert len(behaviour.requests) == 1, "further files were tried"
    check_complete(tmp_path)


def test_endless_answer_is_broken_off(tmp_path):
    minute_of_bytes = Behaviour({NAMES[0]: b"<" * 60_000_000}, bytes_per_s=1e6)
    with serve(minute_of_bytes) as endless, serve(Behaviour(COMPRESSED)) as good:
        started = time.monotonic()
        fetch(tmp_path, endless, good)
        assert time.monotonic() - started < 20
    check_complete(tmp_path)


def test_every_failure_is_named(tmp_path, closed_address):
    altered = COMPRESSED | {f"{NAMES[0]}.gz": gzip.compress(CONTENTS[NAMES[0]][::-1])}
    with (
        serve(Behaviour(stalls=True)) as stalled,
        serve(Behaviour()) as empty,
        serve(Behaviour(status=503)) as overloaded,
        serve(Behaviour(altered)) as wrong,
        serve(Behaviour({NAMES[0]: b"<html>" * 10**6})) as portal,
    ):
        text = check_refused(
            tmp_path, closed_address, stalled, empty, overloaded, wrong, portal, "http://x.invalid"
        )
    reasons = [
        (closed_address, "Connection refused"),
        (stalled, "nothing received for 0.5 s"),
        (empty, "HTTP status 404"),
        (overloaded, "HTTP status 503"),
        (wrong, "found SHA-256"),
        (portal, f"expected {len(CONTENTS[NAMES[0]])}"),
        ("http://x.invalid", "resolve"),
    ]
    assert str(tmp_path / NAMES[0]) in text
    tried = text.split("; ")
    for address, reason in reasons:
        assert any(f"url {address}: " in entry and reason in entry for entry in tried), address
    assert "data.source_dir" in text


def test_missing_file_comes_from_the_next_source(tmp_path):
    first = {name: content for name, content in COMPRESSED.items() if "t10k" not in name}
    second = Behaviour(COMPRESSED)
    with serve(Behaviour(first)) as address, serve(second) as other:
        fetch(tmp_path, address, other)
    assert [name for name, _ in second.requests] == [f"{name}.gz" for name in NAMES[2:]]
    check_complete(tmp_path)


def test_progress_is_shown_once_a_second(tmp_path, capsys):
    dataset, contents, _ = make_dataset(n_train=1000)
    size = len(contents[NAMES[0]])
    with serve(Behaviour(contents, bytes_per_s=size / 1.6)) as address:
        fetch_dataset(dataset, tmp_path, DataSettings(None, TIMEOUT_S, [{"url": address}]))
    lines = [line for line in capsys.readouterr().out.splitlines() if "%" in line]
    assert 1 <= len(lines) <= 5
    assert all(f"% of {size / 1e6:.1f} MB" in line for line in lines)


def test_unwritable_folder_is_one_line(tmp_path):
    obstacle = tmp_path / "file"
    obstacle.write_text("")
    with serve(Behaviour(COMPRESSED)) as address:
        for folder in (obstacle, obstacle / "tiny", Path("/proc/redigit")):
            assert "cannot be used" in check_refused_folder(folder, address)


def check_refused_folder(folder: Path, address: str) -> str:
    with pytest.raises(InputError) as caught:
        fetch(folder, address)
    assert str(folder) in str(caught.value)
    return str(caught.value)


def make_source_dir(folder: Path, files: dict[str, bytes]) -> DataSettings:
    (folder / TINY.name).mkdir(parents=True)
    for name, content in files.items():
        (folder / TINY.name / name).write_bytes(content)
    return DataSettings(str(folder), TIMEOUT_S, [])


@pytest.mark.parametrize("files", [CONTENTS, COMPRESSED], ids=["plain", "compressed"])
def test_source_dir_is_used(tmp_path, files):
    given_settings = make_source_dir(tmp_path / "given", files)
    fetch_dataset(TINY, tmp_path / "raw", given_settings)
    check_complete(tmp_path / "raw")


@pytest.mark.parametrize("files", [CONTENTS, COMPRESSED], ids=["plain", "compressed"])
@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "no such file"),
        (lambda content: content[:-9], "truncated|found .* bytes, expected"),
        (lambda content: content[::-1], "found"),
    ],
    ids=["missing", "truncated", "altered"],
)
def test_fault_in_source_dir_is_named(tmp_path, files, content, said):
    name = list(files)[2]
    wrong = dict(files)
    whole = wrong.pop(name)
    if content:
        wrong[name] = content(whole)
    given_settings = make_source_dir(tmp_path / "given", wrong)
    with pytest.raises(InputError, match=said) as caught:
        fetch_dataset(TINY, tmp_path / "raw", given_settings)
    text = str(caught.value)
    assert str(tmp_path / "given" / TINY.name / NAMES[2]) in text
    assert "data.source_dir" in text
    assert "\n" not in text
    assert not (tmp_path / "raw" / NAMES[2]).exists()


@pytest.mark.skipif(shutil.which("npm") is None, reason="npm is not installed")
def test_npm_package_is_used(tmp_path):
    data = tmp_path / "package" / "data"
    data.mkdir(parents=True)
    for name in NAMES:
        (data / name).write_bytes(CONTENTS[name])
    (data.parent / "package.json").write_text('{"name": "tiny-data", "version": "1.0.0"}')
    source = {"npm": str(data.parent), "folder": "package/data"}
    fetch(tmp_path / "raw", source)
    check_complete(tmp_path / "raw")
    absent = check_refused(tmp_path / "none", source | {"folder": "package/elsewhere"})
    assert "package/elsewhere" in absent


@pytest.mark.skipif(shutil.which("apt-get") is None, reason="apt-get is not installed")
def test_debian_package_is_used_without_lists(tmp_path, monkeypatch):
    configuration = make_debian_archive(tmp_path)
    monkeypatch.setenv("APT_CONFIG", str(configuration))
    source = {"debian": "dataset-tiny", "folder": "usr/share/datasets/tiny"}
    fetch(tmp_path / "raw", source)
    check_complete(tmp_path / "raw")
    unknown = check_refused(tmp_path / "none", source | {"debian": "no-such-package"})
    assert "no-such-package" in unknown


def make_debian_archive(folder: Path) -> Path:
    """Make a package archive of one package; return a configuration of apt that knows only it."""
    archive = folder / "archive"
    tree = folder / "tree"
    data = tree / "usr" / "share" / "datasets" / "tiny"
    data.mkdir(parents=True)
    for name, content in COMPRESSED.items():
        (data / name).write_bytes(content)
    control = (
        "Package: dataset-tiny\nVersion: 1\nArchitecture: all\n"
        "Maintainer: nobody <nobody@localhost>\nDescription: noise\n"
    )
    (tree / "DEBIAN").mkdir()
    (tree / "DEBIAN" / "control").write_text(control)
    archive.mkdir()
    package = archive / "dataset-tiny_1_all.deb"
    subprocess.run(["dpkg-deb", "--build", tree, package], check=True, capture_output=True)
    content = package.read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    place = f"Filename: ./{package.name}\nSize: {len(content)}\nSHA256: {digest}\n"
    (archive / "Packages").write_text(control + place)
    (folder / "sources.list").write_text(f"deb [trusted=yes] file:{archive} ./\n")
    configuration = folder / "apt.conf"
    configuration.write_text(
        f'Dir::Etc::sourcelist "{folder}/sources.list";\nDir::Etc::sourceparts "-";\n'
        f'Dir::State::lists "{folder}/no-lists";\n'
    )
    return configuration


def test_absent_package_manager_is_named(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    text = check_refused(
        tmp_path / "raw", {"npm": "tiny", "folder": "x"}, {"debian": "tiny", "folder": "x"}
    )
    assert "npm tiny: npm is not installed" in text
    assert "debian tiny: apt-get is not installed" in text


def test_killed_download_leaves_no_partial_file(tmp_path):
    dataset, contents, _ = make_dataset(n_train=2000, n_test=500)
    files = {f"{name}.gz": gzip.compress(content, 1) for name, content in contents.items()}
    size = sum(map(len, files.values()))
    duration_s = 0.4
    behaviour = Behaviour(files, bytes_per_s=size / duration_s)
    chance = random.Random(0)
    # A fresh process for each run, without importing everything again.
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["redigit.download"])
    kills = resumed = 0
    with serve(behaviour) as address:
        options = DataSettings(None, 5, [{"url": address}])
        while kills < 12:
            process = context.Process(target=fetch_dataset, args=(dataset, tmp_path, options))
            process.start()
            process.join(chance.uniform(0.02, duration_s / 2))
            if process.exitcode is None:
                process.kill()
                kills += 1
            process.join()
            arrived = [path for path in tmp_path.iterdir() if path.name in contents]
            assert all(path.read_bytes() == contents[path.name] for path in arrived)
            if len(arrived) == len(contents):
                shutil.rmtree(tmp_path)
        resumed = sum(wanted is not None for _, wanted in behaviour.requests)
        fetch_dataset(dataset, tmp_path, options)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == contents
    assert resumed > 0


def write_settings(path: Path, **data: object) -> Path:
    path.write_text(yaml.safe_dump({"scale": "quick", "data": data}))
    return path


def test_settings_are_read(tmp_path):
    source = {"url": "https://mirror.invalid/"}
    path = write_settings(
        tmp_path / "p.yaml", source_dir=None, timeout_s=3, sources={"mnist": [source]}
    )
    assert read_data_settings(path, "mnist") == DataSettings(None, 3, [source])
    for wrong, said in (
        (write_settings(tmp_path / "a.yaml", source_dir=None, timeout_s=3, sources={}), "mnist"),
        (write_settings(tmp_path / "b.yaml", source_dir=None, sources={}), "timeout_s"),
        (tmp_path / "none.yaml", "No such file"),
    ):
        with pytest.raises(InputError, match=said) as caught:
            read_data_settings(wrong, "mnist")
        assert str(wrong) in str(caught.value)


def test_unknown_kind_of_source_is_refused(tmp_path):
    assert "url, npm, debian" in check_refused(tmp_path, {"ftp": "x"})


def run_download(folder: Path, files: list[Path], **data: object) -> subprocess.CompletedProcess:
    """Run the program itself for MNIST."""
    options = write_settings(folder / "params.yaml", **data)
    command = [sys.executable, PROGRAM, "mnist", "--settings", options, "--files", *files]
    command += ["--log", folder / "logs" / "mnist.log"]
    return subprocess.run(command, capture_output=True, text=True)


def test_program_fails_in_one_line(tmp_path, closed_address):
    files = [tmp_path / "raw" / name for name in NAMES]
    sources = {"mnist": [{"url": closed_address}]}
    run = run_download(tmp_path, files, source_dir=None, timeout_s=1, sources=sources)
    assert run.returncode == 1
    (line,) = run.stderr.splitlines()
    assert line.startswith(f"error: {files[0]}: no source gave it")


@pytest.mark.skipif(
    not all((RAW / "mnist" / raw.name).exists() for raw in DATASETS["mnist"].files),
    reason=f"the raw data are not in {RAW} (made by download_data; REDIGIT_DATA names a folder)",
)
def test_program_makes_the_files(tmp_path):
    files = [tmp_path / "raw" / "mnist" / name for name in NAMES]
    run = run_download(tmp_path, files, source_dir=str(RAW), timeout_s=1, sources={"mnist": []})
    assert run.returncode == 0, run.stderr
    assert all(path.read_bytes() == (RAW / "mnist" / path.name).read_bytes() for path in files)
