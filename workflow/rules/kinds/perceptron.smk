"""Perceptrons. Needs raw MNIST; makes weights, errors and predictions of all rows at once."""

from redigit.jobs import grow_memory, list_experiments, list_raw_inputs, match_any
from redigit.settings import declare_experiment, read_experiment

predictions["perceptron"] = "<models>/{experiment}/predictions.safetensors"


# A row takes seconds, and some studies have one for each of 45 pairs: all rows are one job.
rule train_perceptrons:
    input:
        program=import_closure("workflow/scripts/train_perceptrons.py"),
        schema="workflow/schemas/kinds/perceptron.yaml",
        raw=lambda wc: list_raw_inputs(wc.experiment, *read_experiment(wc.experiment)["rows"]),
    output:
        weights="<models>/{experiment}/weights.safetensors",
        errors="<models>/{experiment}/errors.safetensors",
        predictions="<models>/{experiment}/predictions.safetensors",
    log:
        "<logs>/train_perceptrons/{experiment}.log",
    wildcard_constraints:
        experiment=match_any(list_experiments("perceptron")),
    resources:
        mem_mb=grow_memory(workflow, 1000),
    params:
        settings=lambda wc: declare_experiment(wc.experiment),
    message:
        "Training the perceptrons of {wildcards.experiment}"
    shell:
        "python workflow/scripts/train_perceptrons.py {wildcards.experiment}"
        " --schema {input.schema} --raw {input.raw} --weights {output.weights}"
        " --errors {output.errors} --predictions {output.predictions} --log {log}"


targets += expand(
    "<models>/{experiment}/{file}.safetensors",
    experiment=list_experiments("perceptron"),
    file=["weights", "errors", "predictions"],
)
