"""The recipe of README.md, step by step, on a workflow of the usual shape that is not ours.

Reads are mapped, sorted, indexed and called, as in many a workflow of the life sciences; the
tools are those of every Unix.
"""

import json
from pathlib import Path

import pytest
from toy import Toy

SNAKEFILE = """
configfile: "config.yaml"

rule all:
    input:
        "plots/quality.txt",
        expand("sorted/{sample}.idx", sample=config["samples"]),

def find_reads(wildcards):
    return config["samples"][wildcards.sample]

rule map_reads:
    input:
        genome="genome.txt",
        reads=find_reads,
    output:
        temp("mapped/{sample}.txt"),
    params:
        group=lambda wildcards, input: f"{wildcards.sample}:{len(input)}",
        common="-h",
    log:
        "logs/map/{sample}.log",
    threads: 2
    shell:
        "(grep {params.common} -f {input.genome} {input.reads}"
        " | sed 's/^/{params.group} /' > {output}) 2> {log}"

rule sort_reads:
    input:
        "mapped/{sample}.txt",
    output:
        protected("sorted/{sample}.txt"),
    shell:
        "sort {input} > {output}"

rule index_reads:
    input:
        "sorted/{sample}.txt",
    output:
        multiext("sorted/{sample}", ".idx", ".sum"),
    shell:
        "cut -c1-8 {input} > {output[0]}; cksum < {input} > {output[1]}"

rule call_variants:
    input:
        reads=expand("sorted/{sample}.txt", sample=config["samples"]),
        index=expand("sorted/{sample}.idx", sample=config["samples"]),
    output:
        calls="calls/all.txt",
        counts="calls/counts.txt",
    params:
        least=config["least"],
    shell:
        "sort {input.reads} | uniq -c > {output.calls};"
        " awk '$1 >= {params.least}' {output.calls} | wc -l > {output.counts}"

rule plot_quality:
    input:
        "calls/all.txt",
    output:
        "plots/quality.txt",
    message:
        "Plotting {input}"
    shell:
        "tr a-z A-Z < {input} > {output}"
"""

CONFIG = """
samples:
  A: reads/A.txt
  B: reads/B.txt
least: 2
"""

# The steps of the recipe: what is written where.
ATTACH = """
from dvc_bridge import attach_bridge
attach_bridge(workflow, metrics=["calls/counts.txt"])
"""
PROFILE = "max-checksum-file-size: 100GB\nrerun-incomplete: true\nnotemp: true\n"
IGNORED = "/.snakemake/\n/mapped/\n/sorted/\n/calls/all.txt\n/plots/\n/logs/\n"

STAGES = {
    *("map_reads@A", "map_reads@B", "sort_reads@A", "sort_reads@B"),
    *("index_reads@A", "index_reads@B", "call_variants", "plot_quality"),
}


@pytest.fixture
def foreign(tmp_path) -> Toy:
    """The workflow as it was, run once; then the recipe's steps."""
    project = Toy(tmp_path / "foreign")
    project.write("Snakefile", SNAKEFILE.lstrip())
    project.write("config.yaml", CONFIG.lstrip())
    project.write("genome.txt", "ac\ngt\n")
    project.write("reads/A.txt", "acgt\nccgt\nacgt\n")
    project.write("reads/B.txt", "aacc\nttgg\ngtgt\n")
    project.snakemake("--cores", "1")
    assert not (project.folder / "mapped/A.txt").exists()

    project.run("git", "init", "-q", "-b", "main")
    project.run("dvc", "init", "-q")
    project.edit("Snakefile", "\nrule all", f"{ATTACH}\nrule all")
    project.write("profiles/default/config.yaml", PROFILE)
    project.write(".gitignore", IGNORED)
    project.commit_git("attached")
    return project


@pytest.mark.slow
def test_recipe_on_a_foreign_workflow(foreign):
    result = foreign.snakemake("--cores", "2")
    assert f"DVC: recorded {len(STAGES)} of {len(STAGES)} stages" in result.stderr
    check_nothing_to_do(foreign)
    foreign.commit_git("results")
    assert set(foreign.read(".gitignore").split()) == set(IGNORED.split())
    # A changed file, seen by both engines; then each continues the other's work.
    foreign.write("reads/B.txt", "aacc\nttgg\ngtgt\nacac\n")
    changed = {name for name in STAGES if not name.endswith("@A")}
    assert foreign.list_status() == {"map_reads@B"}
    assert {line.split(":")[0] for line in foreign.bridge("status").stdout.splitlines()} == changed
    foreign.repro()
    check_nothing_to_do(foreign)
    assert json.loads(foreign.read("calls/counts.txt")) == 1


@pytest.mark.slow
def test_changed_value_in_a_command(foreign):
    foreign.snakemake("--cores", "2")
    foreign.edit("config.yaml", "least: 2", "least: 1")
    # The value stands in the command, so DVC knows of it once dvc.yaml is written anew.
    assert "call_variants" in foreign.snakemake("-n").stdout
    assert foreign.list_status() == {"call_variants"}
    foreign.repro()
    assert json.loads(foreign.read("calls/counts.txt")) == 4
    check_nothing_to_do(foreign)


@pytest.mark.slow
def test_temporary_outputs_have_to_stay(foreign):
    foreign.edit("profiles/default/config.yaml", "notemp: true\n", "")
    result = foreign.snakemake("--cores", "1", "--forceall", check=False)
    assert result.returncode == 1
    (line,) = [line for line in result.stderr.splitlines() if "dvc-bridge: " in line]
    assert "rule map_reads: temp() output mapped/" in line
    assert line.endswith("DVC would miss it; run with --notemp")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            '"calls/counts.txt"',
            'directory("calls/counts")',
            "rule call_variants: directory() output calls/counts: list the files of the folder",
        ),
        ("grep {params", "grep -m {threads} {params", "rule map_reads: {threads} in the command"),
        ("tr a-z A-Z < {input} > {output}", "true {config[least]}", "rule plot_quality: {config"),
        ('"calls/all.txt",\n        counts', 'touch("calls/all.txt"),\n        counts', "touch()"),
    ],
    ids=["directory", "threads", "config", "touch"],
)
def test_what_cannot_be_a_stage_is_refused_in_one_line(foreign, old, new, said):
    foreign.edit("Snakefile", old, new)
    result = foreign.snakemake("-n", check=False)
    assert result.returncode == 1
    (line,) = [line for line in result.stdout.splitlines() if "dvc-bridge: " in line]
    assert said in line


def check_nothing_to_do(project: Toy) -> None:
    assert "Nothing to be done" in project.snakemake("-n").stdout
    assert project.list_status() == set()


def test_recipe_is_that_of_the_documentation():
    text = Path(__file__).parents[1].joinpath("README.md").read_text()
    for line in (*PROFILE.splitlines(), "from dvc_bridge import attach_bridge", "dvc init"):
        assert line in text
