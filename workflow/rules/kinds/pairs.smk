"""Stacked digit pairs. Needs raw MNIST; makes manifests in data/pairs and their metrics."""

from redigit.jobs import grow_memory, list_experiments, list_raw_inputs, list_rows, match_any
from redigit.settings import (
    declare_by_class,
    declare_experiment,
    declare_settings,
    merge_declared,
    read_experiment,
)


rule draw_pairs:
    input:
        program=import_closure("workflow/scripts/draw_pairs.py"),
        schema="workflow/schemas/kinds/pairs.yaml",
        raw=lambda wc: list_raw_inputs(wc.experiment, wc.row),
    output:
        pairs="<pairs>/{experiment}/{row}.parquet",
    log:
        "<logs>/draw_pairs/{experiment}/{row}.log",
    wildcard_constraints:
        experiment=match_any(list_experiments("pairs")),
    resources:
        mem_mb=grow_memory(workflow, 500),
    params:
        settings=lambda wc: declare_settings(wc.experiment, wc.row),
    message:
        "Drawing pairs {wildcards.experiment}/{wildcards.row}"
    shell:
        "python workflow/scripts/draw_pairs.py {wildcards.experiment}/{wildcards.row}"
        " --schema {input.schema} --raw {input.raw} --pairs {output.pairs} --log {log}"


rule summarise_pairs:
    input:
        program=import_closure("workflow/scripts/summarise_pairs.py"),
        schema="workflow/schemas/kinds/pairs.yaml",
        pairs=lambda wc: expand(
            "<pairs>/{experiment}/{row}.parquet",
            experiment=wc.experiment,
            row=read_experiment(wc.experiment)["rows"],
        ),
    output:
        metrics="<metrics>/{experiment}.json",
    log:
        "<logs>/summarise_pairs/{experiment}.log",
    wildcard_constraints:
        experiment=match_any(list_experiments("pairs")),
    localrule: True
    resources:
        mem_mb=grow_memory(workflow, 500),
    params:
        settings=lambda wc: merge_declared(
            declare_experiment(wc.experiment), declare_by_class(wc.experiment)
        ),
    message:
        "Counting pairs of {wildcards.experiment}"
    shell:
        "python workflow/scripts/summarise_pairs.py {wildcards.experiment}"
        " --schema {input.schema} --pairs {input.pairs} --metrics {output.metrics} --log {log}"


for experiment, row in list_rows("pairs"):
    targets.append(f"<pairs>/{experiment}/{row}.parquet")
targets += expand("<metrics>/{experiment}.json", experiment=list_experiments("pairs"))
