"""Networks, of images or pairs. Needs raw images; makes weights, history and predictions.

The kinds `network`, `multitask` and `pair_network` differ in their settings; a row and seed of any
is one job.
"""

from redigit.jobs import (
    declare_networks,
    grow_memory,
    list_experiments,
    list_item_inputs,
    list_pairs_inputs,
    list_rows,
    match_any,
)
from redigit.settings import read_experiment

NETWORKS = ("network", "multitask", "pair_network")
predictions |= dict.fromkeys(NETWORKS, "<models>/{experiment}/{row}/{seed}/predictions.safetensors")


rule train_network:
    input:
        program=import_closure("workflow/scripts/train_network.py"),
        schema=lambda wc: (f"workflow/schemas/kinds/{read_experiment(wc.experiment)['kind']}.yaml"),
        raw=lambda wc: list_item_inputs(wc.experiment, wc.row),
        pairs=lambda wc: list_pairs_inputs(wc.experiment, wc.row),
    output:
        weights="<models>/{experiment}/{row}/{seed}/weights.safetensors",
        history="<models>/{experiment}/{row}/{seed}/history.csv",
        predictions="<models>/{experiment}/{row}/{seed}/predictions.safetensors",
    log:
        "<logs>/train_network/{experiment}/{row}/{seed}.log",
    wildcard_constraints:
        experiment=match_any(list_experiments(*NETWORKS)),
    resources:
        gpu=1,
        mem_mb=grow_memory(workflow, 2000),
    params:
        settings=lambda wc: declare_networks(wc.experiment, wc.row),
    message:
        "Training {wildcards.experiment}/{wildcards.row} with seed {wildcards.seed}"
    shell:
        "python workflow/scripts/train_network.py"
        " {wildcards.experiment}/{wildcards.row}/{wildcards.seed}"
        " --schema {input.schema} --raw {input.raw} --pairs {input.pairs}"
        " --weights {output.weights}"
        " --history {output.history} --predictions {output.predictions} --log {log}"


for experiment, row in list_rows(*NETWORKS):
    targets += expand(
        "<models>/{experiment}/{row}/{seed}/{file}",
        experiment=experiment,
        row=row,
        seed=config["seeds"],
        file=["weights.safetensors", "history.csv", "predictions.safetensors"],
    )
