"""Recorded runs at full scale: ``evidence/<study>/<experiment>.json``, in git.

Such runs take hours, so that they are made once and kept: `redigit.record` writes them. The audit
takes a recorded row for its verdicts as long as the settings are those that it was made with. Code
goes on; a recorded row says whether it was made by the code as it is now. Where it was not, a short
probe decides: the same row at another scale, as the run at hand has it anyway. If that gave then
what it gives now, the change of the code made no difference to this row.
"""

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

from redigit.errors import InputError
from redigit.files import read_json
from redigit.settings import EVIDENCE, read_experiment, resolve_settings, trace_sources

Row = tuple[str, str]

# Kinds of which each row and seed is a job of its own; their seeds share all items.
TRAINED = ("network", "multitask", "pair_network")

SAME, PROBED, EARLIER = "this code", "same in a probe", "earlier code"


class Recording(NamedTuple):
    """A row as it was recorded.

    Attributes
    ----------
    path, sha256 : Path, str
        The file that it stands in.
    metrics : dict
        The row's metrics at full scale.
    code : str
        `SAME`, `PROBED` or `EARLIER`.
    """

    path: Path
    sha256: str
    metrics: dict[str, Any]
    code: str


def recording_file(experiment: str) -> Path:
    """Name the file in which the rows of ``study/experiment`` are recorded."""
    return EVIDENCE / f"{experiment}.json"


def list_recording_files(study: str) -> list[str]:
    """List the files of a study's recorded rows."""
    return sorted(str(path) for path in (EVIDENCE / study).glob("*.json"))


def list_recorded_code(study: str) -> list[str]:
    """List the code that recorded rows of a study were made by, as far as it is still there."""
    contents = [read_recorded(Path(path)) for path in list_recording_files(study)]
    paths = {path for content in contents for code in content["code"].values() for path in code}
    return sorted(path for path in paths if Path(path).is_file())


def digest_value(value: object) -> str:
    """Digest a value that JSON can hold."""
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()


def digest_file(path: Path) -> str:
    """Digest the content of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def digest_settings(experiment: str, row: str) -> str:
    """Digest the settings of a row at full scale, and of the rows that it builds on."""
    sources = trace_sources(experiment, row, "full")
    return digest_value([[*source, resolve_settings(*source, "full")] for source in sources])


def read_recordings(
    files: Iterable[Path], code: Iterable[Path], metrics: dict[str, dict[str, Any]]
) -> dict[Row, Recording]:
    """Read the recorded rows that were made with the settings of today.

    Parameters
    ----------
    files : iterable of Path
        As `list_recording_files` names them.
    code : iterable of Path
        As `list_recorded_code` names it.
    metrics : dict of str to dict
        For each experiment its metrics of the run at hand, by row, for the probe.

    Returns
    -------
    dict of (str, str) to Recording
        By experiment and row.
    """
    today = {path.as_posix(): digest_file(path) for path in code}
    found = {}
    for path in files:
        experiment, content = f"{path.parent.name}/{path.stem}", read_recorded(path)
        known = read_experiment(experiment)["rows"]
        for row, entry in content["rows"].items():
            if row not in known or entry["settings"] != digest_settings(experiment, row):
                continue
            made_by = content["code"][entry["code"]]
            is_same = all(today.get(name) == digest for name, digest in made_by.items())
            # Today's code made the metrics of the run at hand.
            probe = digest_value(metrics.get(experiment, {}).get(row))
            state = SAME if is_same else PROBED if probe == entry["probe"] else EARLIER
            found[experiment, row] = Recording(path, digest_file(path), entry["metrics"], state)
    return found


def read_recorded(path: Path) -> dict[str, Any]:
    """Read a file of recorded rows; raise InputError if it is not one."""
    content = read_json(path)
    try:
        for entry in content["rows"].values():
            digests = content["code"][entry["code"]]
            texts = [*digests, *digests.values(), entry["settings"], entry["probe"] or ""]
            if not all(isinstance(text, str) for text in texts):
                raise TypeError("found a digest that is no text")
            entry["metrics"].items()
    except (AttributeError, KeyError, TypeError) as error:
        raise InputError(f"{path}: no recorded rows: {error!r}") from error
    return content
