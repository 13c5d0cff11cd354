"""Metrics. Needs the predictions of an experiment, of any kind; makes its metrics by row."""

from redigit.jobs import list_experiments, match_any
from redigit.settings import read_experiment


def list_predictions(wildcards):
    """The predictions of all rows, and seeds if the kind has one file for each."""
    experiment = read_experiment(wildcards.experiment)
    return expand(
        predictions[experiment["kind"]],
        experiment=wildcards.experiment,
        row=experiment["rows"],
        seed=config["seeds"],
    )


rule evaluate_predictions:
    input:
        program=import_closure("workflow/scripts/evaluate_predictions.py"),
        predictions=list_predictions,
    output:
        metrics="<metrics>/{experiment}.json",
    log:
        "<logs>/evaluate_predictions/{experiment}.log",
    wildcard_constraints:
        experiment=match_any(list_experiments(*predictions)),
    resources:
        mem_mb=500,
    message:
        "Measuring {wildcards.experiment}"
    shell:
        "python workflow/scripts/evaluate_predictions.py {wildcards.experiment}"
        " --predictions {input.predictions} --metrics {output.metrics} --log {log}"


targets += expand("<metrics>/{experiment}.json", experiment=list_experiments(*predictions))
