"""What networks see. Needs trained networks and raw images; makes maps, images and measures."""

from redigit.jobs import (
    find_network,
    grow_memory,
    list_experiments,
    list_raw_inputs,
    list_rows,
    match_any,
)
from redigit.settings import declare_settings, merge_declared

predictions["features"] = "<models>/{experiment}/{row}/{seed}/measures.safetensors"


rule see_features:
    input:
        program=import_closure("workflow/scripts/see_features.py"),
        schema="workflow/schemas/kinds/features.yaml",
        raw=lambda wc: list_raw_inputs(*find_network(wc.experiment, wc.row)),
        weights=lambda wc: "<models>/{}/{}/{}/weights.safetensors".format(
            *find_network(wc.experiment, wc.row), wc.seed
        ),
    output:
        features="<models>/{experiment}/{row}/{seed}/features.safetensors",
        measures="<models>/{experiment}/{row}/{seed}/measures.safetensors",
    log:
        "<logs>/see_features/{experiment}/{row}/{seed}.log",
    wildcard_constraints:
        experiment=match_any(list_experiments("features")),
    resources:
        gpu=1,
        mem_mb=grow_memory(workflow, 1500),
    params:
        settings=lambda wc: merge_declared(
            declare_settings(wc.experiment, wc.row, run=("backend", "device", "threads")),
            declare_settings(*find_network(wc.experiment, wc.row)),
        ),
    message:
        "Looking into {wildcards.experiment}/{wildcards.row} with seed {wildcards.seed}"
    shell:
        "python workflow/scripts/see_features.py"
        " {wildcards.experiment}/{wildcards.row}/{wildcards.seed}"
        " --schema {input.schema} --raw {input.raw} --weights {input.weights}"
        " --features {output.features} --measures {output.measures} --log {log}"


for experiment, row in list_rows("features"):
    targets += expand(
        "<models>/{experiment}/{row}/{seed}/{file}.safetensors",
        experiment=experiment,
        row=row,
        seed=config["seeds"],
        file=["features", "measures"],
    )
