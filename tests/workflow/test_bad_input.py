"""Bad input gives one line that says where, what was found and what is allowed; nothing is lost."""

import os
import re
import shutil
import socket
from pathlib import Path

import pytest
import yaml
from project import CHECKOUT, Project

RUN_FILE = "params.yaml"
CLOTHES = "studies/example/experiments/clothes.yaml"
CLAIMS = "studies/example/claims.csv"
LABELS = "data/raw/mnist/t10k-labels-idx1-ubyte"
LABELS_SHA256 = "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2"

ROW = "2x32: {hidden: [32, 32]}"
TRAIN = "train_network@example-clothes-2x32-0"
SCHEMA = yaml.safe_load((CHECKOUT / "workflow/schemas/kinds/network.yaml").read_text())
SETTINGS = ", ".join(sorted(SCHEMA["properties"]))
STUDIES = ", ".join(sorted(path.parent.name for path in CHECKOUT.glob("studies/*/report.yaml")))
COLUMNS = (
    "study, id, location, topic, model, metric, printed, value, digits, unit, quantity, rule, "
    "margin, context"
)

# (what is edited, as file, old and new text; the line; the stage in which DVC meets it)
BAD_VALUES = {
    "unknown-key": (
        (CLOTHES, ROW, "2x32: {hidden: [32, 32], epoch: 3}"),
        f"{CLOTHES}: rows.2x32: unknown key 'epoch'; allowed are {SETTINGS}",
        TRAIN,
    ),
    "text-for-a-number": (
        (CLOTHES, ROW, '2x32: {hidden: [32, 32], epochs: "3"}'),
        f"{CLOTHES}: rows.2x32.epochs: found '3' (string); allowed is integer",
        TRAIN,
    ),
    "too-small": (
        (CLOTHES, ROW, "2x32: {hidden: [32, 32], epochs: 0}"),
        f"{CLOTHES}: rows.2x32.epochs: found 0 (integer); allowed is 1 or more",
        TRAIN,
    ),
    "missing-column": (
        (CLAIMS, ",margin,", ","),
        f"{CLAIMS}: line 1: column 'margin' is missing; allowed are {COLUMNS}",
        "check_claims@example",
    ),
    # DVC's graph is that of the study which the run had, so DVC meets no such study.
    "unknown-study": (
        (RUN_FILE, "studies: [example]", "studies: [exampel]"),
        f"{RUN_FILE}: studies: no studies/exampel/report.yaml; there are {STUDIES}",
        None,
    ),
    "unknown-scale": (
        (RUN_FILE, "scale: smoke", "scale: tiny"),
        f"{RUN_FILE}: scale: found 'tiny' (string); allowed are smoke, quick, full",
        None,
    ),
}
# The cases that a program of DVC's graph meets: one of them quickly, the others when there is time.
READ_LATER = {
    name: pytest.param(*case, marks=[pytest.mark.slow] if name != "missing-column" else [])
    for name, case in BAD_VALUES.items()
    if case[2]
}


def list_errors(result) -> list[str]:
    """Give the lines by which a program or the Snakefile says what is wrong."""
    output = result.stdout + result.stderr
    return re.findall(r"^error: (.*)$", output, re.MULTILINE)


def assert_refused(project: Project, line: str) -> None:
    """Snakemake says this line and nothing else, runs no job and changes nothing."""
    before = project.digest_all()
    result = project.snakemake("--cores", "1", check=False)
    assert result.returncode == 1
    assert result.stdout == ""
    said = result.stderr.splitlines()
    assert [text for text in said if "profiles/default" not in text] == [f"error: {line}"]
    assert project.digest_all() == before


@pytest.mark.parametrize(("edit", "line", "stage"), BAD_VALUES.values(), ids=BAD_VALUES)
def test_bad_value_stops_before_any_job(project, edit, line, stage):
    project.edit(*edit)
    assert_refused(project, line)


@pytest.mark.parametrize(
    ("edit", "line", "stage"),
    READ_LATER.values(),
    ids=READ_LATER,
)
def test_bad_value_stops_dvc_at_the_first_program_that_reads_it(project, edit, line, stage):
    lock, before = project.read("dvc.lock"), project.digest_outputs()
    old = project.read(edit[0])
    project.edit(*edit)
    result = project.dvc("repro", check=False)
    assert result.returncode != 0
    assert f"ERROR: failed to reproduce '{stage}'" in result.stderr
    assert project.read("dvc.lock") == lock
    # DVC takes a stage's outputs away before it runs it; they are in its cache and in git.
    project.path(edit[0]).write_text(old)
    project.dvc("checkout")
    project.run("git", "checkout", "metrics")
    assert project.digest_outputs() == before
    assert list_errors(result) == [line]


def truncate(path: Path) -> str:
    os.truncate(path, 5000)
    return "found 5000 bytes, expected 10008"


def alter(path: Path) -> str:
    with path.open("r+b") as file:
        file.seek(5000)
        (value,) = file.read(1)
        file.seek(5000)
        file.write(bytes([value ^ 1]))
    return f"found SHA-256 [0-9a-f]{{64}}, expected {LABELS_SHA256}"


@pytest.mark.parametrize("damage", [truncate, alter])
def test_damaged_raw_file_stops_before_any_job(project, damage):
    fault = damage(project.path(LABELS))
    before = project.digest_all()
    result = project.snakemake("--cores", "1", check=False)
    assert result.returncode == 1
    assert result.stdout == ""
    (line,) = list_errors(result)
    assert re.fullmatch(f"{LABELS}: {fault}; delete it and run again", line)
    assert project.digest_all() == before


@pytest.mark.slow
def test_damaged_raw_file_is_brought_back_by_repro(finished, project):
    alter(project.path(LABELS))
    assert project.list_reproduced() == set()
    assert project.digest_outputs() == finished.digest_outputs()
    project.assert_nothing_to_do()


@pytest.fixture
def few_programs(tmp_path) -> str:
    """A PATH with what Snakemake and Git need and no package manager."""
    folder = tmp_path / "bin"
    folder.mkdir()
    # The plugin for Slurm asks `which`, also where no job goes to Slurm.
    for name in ("bash", "sh", "git", "env", "uname", "mkdir", "rm", "which"):
        (folder / name).symlink_to(shutil.which(name))
    return str(folder)


@pytest.fixture
def closed_port() -> int:
    """A port of this machine on which nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        yield probe.getsockname()[1]


def test_no_source_is_reachable(project, closed_port, few_programs):
    text = project.read(RUN_FILE)
    start, end = text.index("data:\n"), text.index("audit:\n")
    address = f"http://127.0.0.1:{closed_port}/"
    sources = f"[{{url: '{address}'}}, {{npm: a@1, folder: b}}, {{debian: c, folder: d}}]"
    data = (
        "data:\n  source_dir: null\n  timeout_s: 5\n"
        f"  sources: {{mnist: {sources}, fashion_mnist: {sources}}}\n\n"
    )
    project.path(RUN_FILE).write_text(text[:start] + data + text[end:])
    shutil.rmtree(project.path("data/raw/mnist"))
    before = project.digest_all()
    python = Path(project.run("which", "python").stdout.strip()).parent
    result = project.snakemake(
        "--cores", "1", check=False, PATH=f"{python}{os.pathsep}{few_programs}"
    )
    assert result.returncode == 1
    (line,) = list_errors(result)
    first = "train-images-idx3-ubyte"
    expected = (
        f"data/raw/mnist/{first}: no source gave it; tried: url {address}: {first}: REASON; "
        "npm a@1: npm is not installed; debian c: apt-get is not installed; "
        "data.source_dir may name a folder that has it"
    )
    # How the operating system says it.
    start, end = map(re.escape, expected.split("REASON"))
    assert re.fullmatch(f"{start}[^;]*Connection refused{end}", line)
    assert_unchanged_but_logs(project, before)


def test_data_folder_cannot_be_written_to(clone):
    """A file in the folder's place is an obstacle for root too, as a read-only folder is not."""
    shutil.rmtree(clone.path("data/raw"))
    clone.path("data/raw").write_text("a file\n")
    assert_refused(clone, "data/raw: found a file; allowed is a folder that can be written to")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write to read-only folders")
def test_data_folder_is_read_only(clone):
    shutil.rmtree(clone.path("data/raw"))
    clone.path("data").chmod(0o555)
    assert_refused(clone, "data: cannot be written to; allowed is a folder that can")
    clone.path("data").chmod(0o755)


def assert_unchanged_but_logs(project: Project, before: dict[str, str]) -> None:
    after = project.digest_all()
    changed = {name for name in before | after if before.get(name) != after.get(name)}
    assert {name for name in changed if not name.startswith("logs/")} == set()
