"""Classical classifiers. Needs pairs and raw MNIST; makes the predictions of all rows and draws."""

from redigit.jobs import (
    declare_classical,
    estimate_memory,
    grow_memory,
    list_experiments,
    list_item_inputs,
    list_pairs_inputs,
    match_any,
)
from redigit.settings import read_experiment

predictions["classical"] = "<models>/{experiment}/predictions.safetensors"


# Most rows take seconds: all rows are one job. What takes long is an experiment of its own.
rule fit_classical:
    input:
        program=import_closure("workflow/scripts/fit_classical.py"),
        schema="workflow/schemas/kinds/classical.yaml",
        raw=lambda wc: list_item_inputs(wc.experiment, *read_experiment(wc.experiment)["rows"]),
        pairs=lambda wc: list_pairs_inputs(wc.experiment, *read_experiment(wc.experiment)["rows"]),
    output:
        predictions="<models>/{experiment}/predictions.safetensors",
    log:
        "<logs>/fit_classical/{experiment}.log",
    wildcard_constraints:
        experiment=match_any(list_experiments("classical")),
    resources:
        mem_mb=grow_memory(workflow, lambda wc: estimate_memory(wc.experiment)),
    params:
        settings=lambda wc: declare_classical(wc.experiment),
    message:
        "Fitting the classifiers of {wildcards.experiment}"
    shell:
        "python workflow/scripts/fit_classical.py {wildcards.experiment}"
        " --schema {input.schema} --raw {input.raw} --pairs {input.pairs}"
        " --predictions {output.predictions} --log {log}"


targets += expand(
    "<models>/{experiment}/predictions.safetensors", experiment=list_experiments("classical")
)
