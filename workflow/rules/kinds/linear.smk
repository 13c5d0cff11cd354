"""Linear classifiers. Needs pairs and raw MNIST; makes the predictions of all rows and draws."""

from redigit.jobs import (
    declare_rows_of_pairs,
    grow_memory,
    list_experiments,
    list_item_inputs,
    list_pairs_inputs,
    match_any,
)
from redigit.settings import read_experiment

predictions["linear"] = "<models>/{experiment}/predictions.safetensors"


# A row takes seconds, and a study has one for each size and reading: all rows are one job.
rule fit_linear:
    input:
        program=import_closure("workflow/scripts/fit_linear.py"),
        schema="workflow/schemas/kinds/linear.yaml",
        raw=lambda wc: list_item_inputs(wc.experiment, *read_experiment(wc.experiment)["rows"]),
        pairs=lambda wc: list_pairs_inputs(wc.experiment, *read_experiment(wc.experiment)["rows"]),
    output:
        predictions="<models>/{experiment}/predictions.safetensors",
    log:
        "<logs>/fit_linear/{experiment}.log",
    wildcard_constraints:
        experiment=match_any(list_experiments("linear")),
    resources:
        mem_mb=grow_memory(workflow, 2000),
    params:
        settings=lambda wc: declare_rows_of_pairs(wc.experiment),
    message:
        "Fitting the classifiers of {wildcards.experiment}"
    shell:
        "python workflow/scripts/fit_linear.py {wildcards.experiment}"
        " --schema {input.schema} --raw {input.raw} --pairs {input.pairs}"
        " --predictions {output.predictions} --log {log}"


targets += expand(
    "<models>/{experiment}/predictions.safetensors", experiment=list_experiments("linear")
)
