"""Getting the raw files from the first source that has them, verified and whole."""

import gzip
import hashlib
import math
import shutil
import subprocess
import tarfile
import tempfile
import time
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import requests
import yaml

from redigit.datasets import Dataset, RawFile, find_fault
from redigit.errors import InputError
from redigit.files import write_atomic

# How often a file is asked for from one address whose answers break off.
ATTEMPTS = 3
SOURCE_KINDS = ("url", "npm", "debian")
# A transfer that breaks loses less than this.
CHUNK_BYTES = 1 << 14
GZIP_MAGIC = b"\x1f\x8b"
REPORT_EVERY_S = 1.0
HEARTBEAT_S = 5.0


class SourceError(Exception):
    """Why a source did not give a file; the next source may."""


class MissingError(SourceError):
    """The server is there and says that it has no such file."""


class AlteredError(SourceError):
    """What came is not the file that it must be."""


class BrokenError(SourceError):
    """An answer broke off; what came of it is kept, and asking again may bring the rest."""


@dataclass(frozen=True)
class DataSettings:
    """The settings of one dataset's download.

    Attributes
    ----------
    source_dir : str or None
        Folder with one folder for each dataset, of its name, that holds the idx files, plain or
        with the ending ``.gz``; used instead of any download.
    timeout_s : float
        Seconds until a connection, or a read that brings nothing, counts as failed.
    sources : sequence of dict
        Tried in this order; each is ``{url: folder's address}``, ``{npm: package, folder: path}``
        or ``{debian: package, folder: path}``, the path being that of the idx files inside the
        package.
    """

    source_dir: str | None
    timeout_s: float
    sources: Sequence[dict[str, str]]


def read_data_settings(path: Path, dataset: str) -> DataSettings:
    """Read what the key ``data`` of a parameter file says for one dataset."""
    try:
        data = yaml.safe_load(path.read_text())["data"]
        return DataSettings(data["source_dir"], data["timeout_s"], data["sources"][dataset])
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from error
    except yaml.YAMLError as error:
        raise InputError(f"{path}: not YAML ({' '.join(str(error).split())})") from error
    except (KeyError, TypeError) as error:
        raise InputError(
            f"{path}: {error} not found; data must hold source_dir, timeout_s, sources.{dataset}"
        ) from error


def fetch_dataset(dataset: Dataset, folder: Path, settings: DataSettings) -> None:
    """Put the four verified files of a dataset into a folder.

    A file that is there and right is kept. Any other is replaced, as soon as a source has given
    the right one. No file ever stands under its name before it has been verified.

    Parameters
    ----------
    dataset : Dataset
        What the files must be.
    folder : Path
        Where they go.
    settings : DataSettings
        Where they are to be had.

    Raises
    ------
    InputError
        If the folder cannot be written to, if a file of `source_dir` is missing or wrong, or if
        no source has given every file; the text says why each failed.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=folder).close()
        wanted = {folder / raw.name: raw for raw in dataset.files}
        if settings.source_dir is not None:
            copy_files(Path(settings.source_dir) / dataset.name, drop_present(wanted))
        else:
            try_sources(dataset.name, wanted, settings)
    except SourceError as error:
        raise InputError(f"data.source_dir: {error}") from error
    except OSError as error:
        place = error.filename or folder
        raise InputError(f"{place}: cannot be used ({error.strerror})") from error
    remove_leftovers(wanted)


def try_sources(name: str, wanted: dict[Path, RawFile], settings: DataSettings) -> None:
    """Ask one source after another for what is still missing."""
    failures = []
    for source in settings.sources:
        missing = drop_present(wanted)
        if not missing:
            return
        label = label_source(source)
        print(f"{name}: {len(missing)} files from {label}", flush=True)
        try:
            fetch_from_source(source, missing, settings.timeout_s)
        except SourceError as error:
            failures.append(f"{label}: {error}")
            print(f"{name}: not from {failures[-1]}", flush=True)
    missing = drop_present(wanted)
    if missing:
        raise InputError(
            f"{next(iter(missing))}: no source gave it; tried: {'; '.join(failures) or 'none'}; "
            "data.source_dir may name a folder that has it"
        )


def label_source(source: dict[str, str]) -> str:
    """Name a source by its kind and place; an unknown kind is bad input."""
    for kind in SOURCE_KINDS:
        if kind in source:
            return f"{kind} {source[kind]}"
    raise InputError(f"data.sources: {source} has no key of: {', '.join(SOURCE_KINDS)}")


def drop_present(wanted: dict[Path, RawFile]) -> dict[Path, RawFile]:
    """Keep those of the wanted files that are not there, or not right."""
    return {path: raw for path, raw in wanted.items() if not is_right(path, raw)}


def is_right(path: Path, raw: RawFile) -> bool:
    """Whether a file is there and is what it must be."""
    if not path.is_file():
        return False
    content = path.read_bytes()
    return find_fault(raw, len(content), hashlib.sha256(content).hexdigest()) is None


def remove_leftovers(wanted: dict[Path, RawFile]) -> None:
    """Remove what killed runs have left beside files that are now complete."""
    for path in wanted:
        for pattern in (f"{path.name}.*.part", f".{path.name}.*"):
            for leftover in path.parent.glob(pattern):
                leftover.unlink(missing_ok=True)


def fetch_from_source(
    source: dict[str, str], missing: dict[Path, RawFile], timeout_s: float
) -> None:
    """Get files from one source, of whichever kind."""
    if "url" in source:
        fetch_from_url(source["url"], missing, timeout_s)
        return
    with tempfile.TemporaryDirectory() as temporary:
        workplace = Path(temporary)
        if "npm" in source:
            fetch_from_npm(source["npm"], source["folder"], workplace, missing, timeout_s)
        else:
            fetch_from_debian(source["debian"], source["folder"], workplace, missing, timeout_s)


def copy_files(folder: Path, missing: dict[Path, RawFile]) -> None:
    """Take files from a folder that holds them plain or with the ending ``.gz``."""
    for path, raw in missing.items():
        origins = (folder / raw.name, folder / f"{raw.name}.gz")
        origin = next((origin for origin in origins if origin.is_file()), None)
        if origin is None:
            raise SourceError(f"{origins[0]}: no such file, with or without the ending .gz")
        try:
            place_file(origin, path, raw)
        except AlteredError as error:
            raise SourceError(f"{origin}: {error}") from error
        print(f"{raw.name}: {raw.size / 1e6:.2f} MB, verified", flush=True)


def place_file(origin: Path, path: Path, raw: RawFile) -> None:
    """Copy a plain or compressed file to its final name, if it is what it must be.

    Whether it is compressed is seen from its first bytes, as servers and packages differ in
    what they name ``.gz`` and in what they decompress on the way.
    """
    digest, size = hashlib.sha256(), 0
    try:
        with origin.open("rb") as file:
            compressed = file.read(2) == GZIP_MAGIC
        opener = gzip.open if compressed else open
        with opener(origin, "rb") as file, write_atomic(path) as temporary:
            with temporary.open("wb") as copy:
                # One byte too many is enough to know that the file is not the right one.
                while chunk := file.read(min(CHUNK_BYTES, raw.size + 1 - size)):
                    digest.update(chunk)
                    size += len(chunk)
                    copy.write(chunk)
            fault = find_fault(raw, size, digest.hexdigest())
            if fault:
                raise AlteredError(fault)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise AlteredError(f"truncated or altered gzip file ({error})") from error


def fetch_from_url(address: str, missing: dict[Path, RawFile], timeout_s: float) -> None:
    """Download files, compressed or else plain; the first failure ends this source."""
    with requests.Session() as session:
        # Ranges count bytes as stored, so that the server must not compress on the way.
        session.headers["Accept-Encoding"] = "identity"
        for path, raw in missing.items():
            url = f"{address.rstrip('/')}/{raw.name}"
            try:
                fetch_file(session, f"{url}.gz", path, raw, timeout_s)
            except MissingError:
                fetch_file(session, url, path, raw, timeout_s)


def fetch_file(
    session: requests.Session, url: str, path: Path, raw: RawFile, timeout_s: float
) -> None:
    """Download one file, going on where an earlier attempt or an earlier run was cut off."""
    # Named after the address: bytes from two servers must not be joined.
    label = hashlib.sha256(url.encode()).hexdigest()[:8]
    part = path.with_name(f"{path.name}.{label}.part")
    for attempts_left in reversed(range(ATTEMPTS)):
        had = part.stat().st_size if part.exists() else 0
        try:
            receive(session, url, part, raw, timeout_s)
            place_file(part, path, raw)
        except BrokenError as error:
            if not attempts_left:
                raise
            print(f"{error}; going on from there", flush=True)
        except AlteredError as error:
            part.unlink()
            # What was there before may be at fault, and not what this server sends.
            if not (had and attempts_left):
                raise SourceError(f"{raw.name}: {error}") from error
        else:
            part.unlink()
            print(f"{raw.name}: {raw.size / 1e6:.2f} MB, verified", flush=True)
            return


def receive(
    session: requests.Session, url: str, part: Path, raw: RawFile, timeout_s: float
) -> None:
    """Append to `part` what it lacks of a file; begin anew if the server cannot continue."""
    had = part.stat().st_size if part.exists() else 0
    headers = {"Range": f"bytes={had}-"} if had else {}
    try:
        response = session.get(url, headers=headers, stream=True, timeout=timeout_s)
    except requests.RequestException as error:
        raise SourceError(f"{raw.name}: {describe_failure(error, timeout_s)}") from error
    with response:
        if response.status_code == requests.codes.requested_range_not_satisfiable:
            return  # It was all there already.
        if response.status_code in (requests.codes.not_found, requests.codes.forbidden):
            raise MissingError(f"{raw.name}: HTTP status {response.status_code}")
        if not response.ok:
            raise SourceError(f"{raw.name}: HTTP status {response.status_code}")
        continues = response.status_code == requests.codes.partial_content
        with part.open("ab" if continues else "wb") as file:
            try:
                write_body(response, file, raw)
            except requests.RequestException as error:
                reason = describe_failure(error, timeout_s)
                raise BrokenError(f"{raw.name}: {reason} at {file.tell() / 1e6:.2f} MB") from error


def write_body(response: requests.Response, file: BinaryIO, raw: RawFile) -> None:
    """Write an answer's content as it comes, with a line of progress every second."""
    length = response.headers.get("Content-Length")
    total = file.tell() + int(length) if length else 0
    reported = time.monotonic()
    for chunk in response.iter_content(CHUNK_BYTES):
        file.write(chunk)
        if file.tell() > 2 * raw.size + CHUNK_BYTES:
            return  # Too much to be the file, compressed or not.
        if time.monotonic() - reported >= REPORT_EVERY_S:
            reported = time.monotonic()
            print_progress(raw.name, file.tell(), total)


def print_progress(name: str, received: int, total: int) -> None:
    """Say in a line how far a file has come; `total` is 0 if the server did not say it."""
    share = f"{received / total:.0%} of {total / 1e6:.1f} MB" if total else "of unknown size"
    print(f"{name}: {received / 1e6:.1f} MB, {share}", flush=True)


def describe_failure(error: requests.RequestException, timeout_s: float) -> str:
    """Say in a few words why a request failed."""
    if isinstance(error, requests.ConnectTimeout):
        return f"no connection within {timeout_s:g} s"
    if isinstance(error, requests.exceptions.ChunkedEncodingError):
        return "connection broken"
    if isinstance(error, requests.ReadTimeout) or "Read timed out" in str(error):
        return f"nothing received for {timeout_s:g} s"
    cause = error.args[0] if error.args else error
    cause = getattr(cause, "reason", cause)
    # The cause begins with the connection it was seen on, which the address already names.
    return str(cause).rpartition("): ")[2] or type(error).__name__


def fetch_from_npm(
    package: str, inner: str, workplace: Path, missing: dict[Path, RawFile], timeout_s: float
) -> None:
    """Take files from a package that ``npm pack`` fetches."""
    milliseconds = math.ceil(1000 * timeout_s)
    limits = [f"--fetch-timeout={milliseconds}", "--fetch-retries=0", "--ignore-scripts"]
    run_command(["npm", "pack", package, *limits], workplace)
    (archive,) = workplace.glob("*.tgz")
    try:
        with tarfile.open(archive) as package_files:
            for raw in missing.values():
                content = package_files.extractfile(f"{inner}/{raw.name}").read()
                (workplace / raw.name).write_bytes(content)
    except (KeyError, tarfile.TarError) as error:
        raise SourceError(" ".join(str(error.args[0]).split())) from error
    copy_files(workplace, missing)


def fetch_from_debian(
    package: str, inner: str, workplace: Path, missing: dict[Path, RawFile], timeout_s: float
) -> None:
    """Take files from a Debian package; needs no administrator's rights.

    Where the machine has no package lists, or stale ones, they are fetched into `workplace`.
    """
    seconds = math.ceil(timeout_s)
    limits = [f"Acquire::{kind}::Timeout={seconds}" for kind in ("http", "https")]
    apt = ["apt-get", *as_options([*limits, "Acquire::Retries=0", "APT::Sandbox::User=root"])]
    try:
        run_command([*apt, "download", package], workplace)
    except SourceError:
        lists = workplace / "lists"
        (lists / "partial").mkdir(parents=True)
        cache = workplace / "cache"
        apt += as_options([f"Dir::State::lists={lists}", f"Dir::Cache={cache}"])
        run_command([*apt, *as_options(["APT::Update::Error-Mode=any"]), "update"], workplace)
        run_command([*apt, "download", package], workplace)
    (archive,) = workplace.glob("*.deb")
    unpacked = workplace / "unpacked"
    run_command(["dpkg-deb", "-x", str(archive), str(unpacked)], workplace)
    copy_files(unpacked / inner, missing)


def as_options(assignments: Sequence[str]) -> list[str]:
    """Write settings of apt as command-line options."""
    return [word for assignment in assignments for word in ("-o", assignment)]


def run_command(command: Sequence[str], folder: Path) -> None:
    """Run a package manager's command in a folder, with a sign of life every few seconds."""
    if shutil.which(command[0]) is None:
        raise SourceError(f"{command[0]} is not installed")
    started = time.monotonic()
    with subprocess.Popen(
        command,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        while True:
            try:
                errors = process.communicate(timeout=HEARTBEAT_S)[1]
                break
            except subprocess.TimeoutExpired:
                print(f"{command[0]}: running for {time.monotonic() - started:.0f} s", flush=True)
    if process.returncode:
        lines = [line.strip() for line in errors.splitlines()]
        told = [line for line in lines if line and not line.lower().startswith(("npm warn", "w:"))]
        raise SourceError(f"{command[0]} failed: {' / '.join(told[:3])}")
