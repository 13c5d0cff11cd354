"""Verify that the verdicts follow from what git and DVC hold: ``python -m redigit.verify``.

Nothing is run and nothing is fetched. Each link of the chain of evidence (see `redigit.chain`) is
checked, then all claims are judged again from the metrics, and the verdicts compared. With
``--rerun`` the jobs behind a claim are run again, apart from the results, and theirs compared.

The chain is not signed. It shows what was altered by mistake, or in one place and not in all; who
alters code, results and dvc.lock together leaves a chain that holds, but cannot make the jobs give
other results: that is what ``--rerun`` is for.
"""

import argparse
import hashlib
import shutil
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, version
from io import StringIO
from pathlib import Path

import pandas as pd
from packaging.requirements import Requirement

from redigit.audit import Evidence, judge_study
from redigit.chain import Broken, Chain, run_git
from redigit.claims import claims_file
from redigit.datasets import check_raw_files
from redigit.errors import InputError
from redigit.files import read_json
from redigit.recordings import list_recorded_code, list_recording_files, read_recorded
from redigit.settings import RUN_FILE, find_experiments, look_up
from redigit.tables import read_texts

RAW = Path("data/raw")
PACKAGES = Path("requirements.lock")
# Where jobs are run again; it must not be there before.
AGAIN = Path("runs/again")


def main() -> int:
    """Verify all claims, or those that are named; 1 if a link does not hold, 2 if none is there."""
    parser = argparse.ArgumentParser(prog="python -m redigit.verify", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("claims", nargs="*", metavar="claim", help="its id; all if none is named")
    parser.add_argument("--rerun", action="store_true", help="run the jobs behind it again")
    options = parser.parse_args()
    if options.rerun and not options.claims:
        parser.error("--rerun needs a claim; everything is run again by `snakemake --forceall`")
    try:
        print_setting()
        check_raw_files(RAW)
        chain = Chain()
        if not options.claims:
            return verify_all(chain)
        return max(verify_claim(chain, claim, options.rerun) for claim in options.claims)
    except InputError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2


def print_setting() -> None:
    """Print what the chain hangs on: the commit, and the packages if they are not the locked."""
    described = run_git("log", "-1", "--format=%H", "--", "dvc.lock")
    changed = run_git("status", "--porcelain", "--", "dvc.lock", "dvc.yaml", "metrics")
    print(f"dvc.lock: of commit {described or 'none'}{', changed since' if changed else ''}")
    locked = [
        Requirement(line.rstrip(" \\"))
        for line in PACKAGES.read_text().splitlines()
        if "==" in line and not line.startswith((" ", "#"))
    ]
    # One package may be locked to several versions, for several kinds of machines.
    held = [r for r in locked if not r.marker or r.marker.evaluate()]
    other = [r.name for r in held if (found := find_version(r.name)) and found not in r.specifier]
    words = (
        f"{len(other)} packages are of another version: {', '.join(other)}"
        if other
        else "as installed"
    )
    print(f"{PACKAGES}: SHA-256 {hashlib.sha256(PACKAGES.read_bytes()).hexdigest()}, {words}")


def find_version(package: str) -> str | None:
    """Find the version of a package; None if it is not installed."""
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def verify_all(chain: Chain) -> int:
    """Verify every job and every verdict."""
    done: dict[str, None] = {}
    for output in chain.makers:
        done |= dict.fromkeys(chain.list_stages(output))
    broken = [link for name in done for link in chain.find_broken(name)]
    if not broken:
        # What is damaged cannot be judged.
        broken = [link for study in look_up(RUN_FILE, "studies") for link in find_other(study)]
    links = sum(count_links(chain, name) for name in done)
    return report(f"{len(done):,} jobs, {links:,} links", broken)


def count_links(chain: Chain, name: str) -> int:
    """Count what is checked of a job: its command, settings, inputs and outputs."""
    stage = chain.planned[name]
    settings = sum(len(keys) for keys in stage["params"].values())
    return 1 + settings + len(stage["deps"]) + len(stage["outs"])


def report(checked: str, broken: list[Broken]) -> int:
    """Print what was checked and the first link that does not hold, and how many more there are."""
    if not broken:
        print(f"{checked}: all hold")
        return 0
    print(f"{checked}: {len(broken):,} do not hold; the first is\n{': '.join(broken[0])}")
    return 1


def find_other(study: str, claim: str | None = None) -> list[Broken]:
    """Judge a study's claims again; find the verdicts that are not those of the report."""
    path = Path(f"reports/{study}/verdicts.csv")
    if not path.exists():
        return [Broken("check_claims", str(path), "missing; `dvc checkout` may bring it back")]
    metrics = [Path(f"metrics/{name}.json") for name in find_experiments(study)]
    missing = [str(file) for file in metrics if not file.exists()]
    if missing:
        return [Broken("check_claims", missing[0], "missing")]
    recordings, code = (
        [Path(file) for file in files]
        for files in (list_recording_files(study), list_recorded_code(study))
    )
    table, _ = judge_study(study, claims_file(study), Evidence(metrics, recordings, code))
    # As text, in the form in which it was written.
    again, there = (read_verdicts(text) for text in (table.to_csv(index=False), path.read_text()))
    names = [claim] if claim else list(dict.fromkeys([*again, *there]))
    return [
        Broken("check_claims", f"{path}: {name}", "the verdict does not follow from the metrics")
        for name in names
        if again.get(name) != there.get(name)
    ]


def read_verdicts(text: str) -> dict[str, tuple[str, ...]]:
    """Read verdicts as their lines' cells, by claim."""
    table = pd.read_csv(StringIO(text), dtype=str, keep_default_na=False)
    return {line[0]: line for line in table.itertuples(index=False, name=None)}


def verify_claim(chain: Chain, claim: str, rerun: bool) -> int:
    """Verify one claim, printing its chain job by job."""
    study = claim.split("-")[0]
    if study not in look_up(RUN_FILE, "studies"):
        raise InputError(f"{claim}: no claim of the studies in {RUN_FILE}")
    path = Path(f"reports/{study}/verdicts.csv")
    if not path.exists():
        raise InputError(f"{path}: missing; `make report` or `dvc pull` brings it")
    columns = ("id", "printed", "verdict", "sentence", "quantity", "evidence", "recorded")
    table = read_texts(path, columns).set_index("id")
    if claim not in table.index:
        raise InputError(f"{claim}: not in {path}")
    line = table.loc[claim]
    print(f"\n{claim}: {line['printed']}: {line['verdict']}. {line['sentence']}")
    evidence = line["evidence"]
    is_recorded = bool(line["recorded"])
    if is_recorded:
        print(f"  {describe_recording(evidence, line['quantity'])}")
    stages = chain.list_stages(evidence) if evidence and not is_recorded else []
    stages.append(chain.makers[str(path)])
    broken = []
    for name in stages:
        found = list(chain.find_broken(name))
        print(f"  {'BROKEN' if found else 'holds'}  {name}: {count_links(chain, name)} links")
        broken += found
    if not broken:
        broken = find_other(study, claim)
    failed = report(f"{len(stages)} jobs behind {claim}", broken)
    if rerun and is_recorded:
        print(f"{claim}: rests on runs at full scale; `python -m redigit.record` makes such")
        return failed
    if rerun and evidence:
        return max(failed, run_again(evidence, line["quantity"]))
    if rerun:
        print(f"{claim}: rests on the document and its settings alone; no job to run again")
    return failed


def describe_recording(evidence: str, quantity: str) -> str:
    """Say what a recorded row was made by; a claim of order is about several, the first counts."""
    row = quantity.split()[0].split("/")[2]
    entry = read_recorded(Path(evidence))["rows"][row]
    jobs, commit = len(entry["jobs"]), entry["commit"]
    return f"recorded at full scale in {evidence}: {row}, by {jobs} jobs of commit {commit}"


def run_again(evidence: str, quantity: str) -> int:
    """Run all jobs behind a file of metrics again, from the raw files on; compare the metrics."""
    if AGAIN.exists():
        raise InputError(f"{AGAIN}: is there already; remove it, or wait for who made it")
    target = AGAIN / evidence
    command = ["snakemake", "--cores", "all", "--config", f"root={AGAIN}", "--", str(target)]
    print(f"running the jobs behind {evidence} again, in {AGAIN}: {' '.join(command)}", flush=True)
    try:
        # The lock on the folder keeps other runs away, but this one touches none of its results.
        if subprocess.run([*command[:1], "--nolock", *command[1:]], check=False).returncode:
            print(f"{evidence}: the jobs failed")
            return 1
        if target.read_bytes() == Path(evidence).read_bytes():
            print(f"{evidence}: made again, the same byte for byte")
            return 0
        # A claim of order is about several quantities; those of this file come first.
        first = quantity.split()[0]
        _, _, row, name = first.split("/")
        then, now = (read_json(file)[row].get(name) for file in (Path(evidence), target))
        print(f"{evidence}: made again, and it differs; {first} was {then}, is {now}")
        return 1
    finally:
        shutil.rmtree(AGAIN, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
