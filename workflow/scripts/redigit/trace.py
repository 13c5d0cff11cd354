"""What was run, job by job: ``python -m redigit.trace`` writes reports/jobs.html and costs.html.

For each job its command, settings, files with their hashes, log, time, memory and machine; the
page of claims links to the jobs behind a verdict. No job makes it and none needs it, since much of
it differs from run to run, which nothing that the engines keep may do. The hashes are those that
DVC knows files by.
"""

import os
from pathlib import Path
from typing import Any

from redigit.chain import Chain, hash_file, run_git
from redigit.costs import TEMPLATES, write_costs
from redigit.departures import list_reductions
from redigit.errors import InputError
from redigit.files import read_json, write_text
from redigit.pipeline import LOCK, Digest, Stage
from redigit.render import render_page
from redigit.settings import RUN_FILE, find_experiments, look_up
from redigit.wording import format_setting

PAGE = Path("reports/jobs.html")
CODE = ("workflow/", "bridge/")
# Settings of whole experiments are long; they stand in their files.
LONGEST = 300


def describe_job(chain: Chain, name: str, page: Path) -> dict[str, Any]:
    """Describe a job by what dvc.yaml has of it, the files in the folder and its record.

    Parameters
    ----------
    chain : Chain
        All jobs.
    name : str
        DVC's name of the job.
    page : Path
        Where the page will be: links are relative to it.

    Returns
    -------
    dict
        ``name``, ``command``; ``settings`` as texts by file and key; ``code``, ``inputs`` and
        ``outputs`` as of `describe_file`; ``before``, the jobs that it rests on; ``log``, a link;
        ``record``, its time, memory, machine and versions, empty if it has not run here.
    """
    stage = chain.planned[name]
    log = find_log(stage)
    record = log.with_suffix(".json")
    code = [path for path in stage["deps"] if path.startswith(CODE)]
    inputs = [path for path in stage["deps"] if path not in code]
    return {
        "name": name,
        "command": stage["cmd"],
        "settings": describe_settings(stage),
        "code": [describe_file(chain, path) for path in code],
        "inputs": [
            describe_file(chain, path) | {"maker": chain.makers.get(path)} for path in inputs
        ],
        "outputs": [describe_file(chain, path) for path in stage["outs"]],
        "before": list(
            dict.fromkeys(
                before
                for path in inputs
                if path in chain.makers
                for before in chain.list_stages(path)
            )
        ),
        "log": os.path.relpath(log, page.parent) if log.exists() else "",
        "record": read_json(record) if record.exists() else {},
    }


def find_log(stage: Stage) -> Path:
    """Find where a job leaves its log."""
    words = stage["cmd"].split()
    return Path(words[words.index("--log") + 1])


def describe_settings(stage: Stage) -> dict[str, str]:
    """Show the settings that a job depends on; a long one is cut."""
    shown = {}
    for file, keys in stage["params"].items():
        for key in keys:
            try:
                text = format_setting(look_up(Path(file), key))
            except InputError as error:
                text = str(error)
            shown[f"{file}: {key}"] = text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
    return shown


def describe_file(chain: Chain, path: str) -> dict[str, Any]:
    """Describe a file by its MD5 and size, as DVC does; none if it is not there."""
    found = find_digest(chain, path) if Path(path).is_file() else None
    return {"path": path, "md5": found.md5 if found else "", "size": found.size if found else None}


def find_digest(chain: Chain, path: str) -> Digest:
    """Find what DVC knows a file by.

    Reading all models takes a minute, so that what dvc.lock has is taken of a file of the same size
    that has not been written since; `redigit.verify` trusts no file for its time.
    """
    stage = chain.makers.get(path, "")
    known = chain.recorded.get(stage, {"outs": {}})["outs"].get(path)
    there = Path(path).stat()
    is_known = known and known.size == there.st_size and there.st_mtime < LOCK.stat().st_mtime
    return known if is_known else hash_file(path)


def build_page() -> str:
    """Build the page of jobs."""
    chain = Chain(has_lock=False)
    jobs = [describe_job(chain, name, PAGE) for name in chain.planned]
    ran = [job["record"] for job in jobs if job["record"]]
    experiments = [
        name for study in look_up(RUN_FILE, "studies") for name in find_experiments(study)
    ]
    scale = look_up(RUN_FILE, "scale")
    return render_page(
        sorted(TEMPLATES.iterdir()),
        "jobs.html.j2",
        jobs=jobs,
        code=list({file["path"]: file for job in jobs for file in job["code"]}.values()),
        commit=run_git("rev-parse", "HEAD"),
        is_changed=bool(run_git("status", "--porcelain", "--untracked-files=no")),
        machines=sorted({record["machine"] for record in ran}),
        versions=sorted({describe_versions(record) for record in ran}),
        scale=scale,
        is_reduced=bool(list_reductions(experiments, scale)),
    )


def describe_versions(record: dict[str, Any]) -> str:
    """Name the versions of Python and its packages in a job's record."""
    packages = ", ".join(f"{name} {version}" for name, version in record["packages"].items())
    return f"Python {record['python']}, {packages}"


if __name__ == "__main__":
    write_costs()
    write_text(PAGE, build_page())
