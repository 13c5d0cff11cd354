"""t-SNE of pairs, of their pixels or by trained networks; makes maps of the rows and metrics."""

from redigit.jobs import (
    declare_rows_of_pairs,
    grow_memory,
    list_embedding_weights,
    list_experiments,
    list_item_inputs,
    list_pairs_inputs,
    match_any,
)
from redigit.settings import read_experiment


# A map of few points takes a second, and a study has one for each perplexity: all are one job.
rule embed_pairs:
    input:
        program=import_closure("workflow/scripts/embed_pairs.py"),
        schema="workflow/schemas/kinds/tsne.yaml",
        raw=lambda wc: list_item_inputs(wc.experiment, *read_experiment(wc.experiment)["rows"]),
        pairs=lambda wc: list_pairs_inputs(wc.experiment, *read_experiment(wc.experiment)["rows"]),
        weights=lambda wc: list_embedding_weights(wc.experiment, config["seeds"][0]),
    output:
        embeddings="<models>/{experiment}/embeddings.safetensors",
    log:
        "<logs>/embed_pairs/{experiment}.log",
    wildcard_constraints:
        experiment=match_any(list_experiments("tsne")),
    resources:
        mem_mb=grow_memory(workflow, 1500),
    params:
        settings=lambda wc: declare_rows_of_pairs(wc.experiment),
    message:
        "Embedding the pairs of {wildcards.experiment}"
    shell:
        "python workflow/scripts/embed_pairs.py {wildcards.experiment}"
        " --schema {input.schema} --raw {input.raw} --pairs {input.pairs}"
        " --weights {input.weights} --embeddings {output.embeddings} --log {log}"


rule measure_embeddings:
    input:
        program=import_closure("workflow/scripts/measure_embeddings.py"),
        schema="workflow/schemas/kinds/tsne.yaml",
        raw=lambda wc: list_item_inputs(wc.experiment, *read_experiment(wc.experiment)["rows"]),
        pairs=lambda wc: list_pairs_inputs(wc.experiment, *read_experiment(wc.experiment)["rows"]),
        weights=lambda wc: list_embedding_weights(wc.experiment, config["seeds"][0]),
        embeddings="<models>/{experiment}/embeddings.safetensors",
    output:
        metrics="<metrics>/{experiment}.json",
    log:
        "<logs>/measure_embeddings/{experiment}.log",
    wildcard_constraints:
        experiment=match_any(list_experiments("tsne")),
    resources:
        mem_mb=grow_memory(workflow, 2000),
    params:
        settings=lambda wc: declare_rows_of_pairs(wc.experiment),
    message:
        "Measuring the maps of {wildcards.experiment}"
    shell:
        "python workflow/scripts/measure_embeddings.py {wildcards.experiment}"
        " --schema {input.schema} --raw {input.raw} --pairs {input.pairs}"
        " --weights {input.weights} --embeddings {input.embeddings}"
        " --metrics {output.metrics} --log {log}"


targets += expand(
    "<models>/{experiment}/embeddings.safetensors", experiment=list_experiments("tsne")
)
targets += expand("<metrics>/{experiment}.json", experiment=list_experiments("tsne"))
