"""t-SNE of pairs. Needs pairs and raw MNIST; makes maps of the rows and their metrics."""

from redigit.jobs import find_pairs, list_experiments, list_raw_inputs, list_rows, match_any
from redigit.settings import declare_settings, merge_declared, read_experiment


rule embed_pairs:
    input:
        program=import_closure("workflow/scripts/embed_pairs.py"),
        schema="workflow/schemas/kinds/tsne.yaml",
        raw=lambda wc: list_raw_inputs(*find_pairs(wc.experiment, wc.row)),
        pairs=lambda wc: "<pairs>/{}/{}.parquet".format(*find_pairs(wc.experiment, wc.row)),
    output:
        embedding="<models>/{experiment}/{row}/embedding.safetensors",
    log:
        "<logs>/embed_pairs/{experiment}/{row}.log",
    wildcard_constraints:
        experiment=match_any(list_experiments("tsne")),
    resources:
        mem_mb=1500,
    params:
        settings=lambda wc: merge_declared(
            declare_settings(wc.experiment, wc.row),
            declare_settings(*find_pairs(wc.experiment, wc.row)),
        ),
    message:
        "Embedding {wildcards.experiment}/{wildcards.row}"
    shell:
        "python workflow/scripts/embed_pairs.py {wildcards.experiment}/{wildcards.row}"
        " --schema {input.schema} --raw {input.raw} --pairs {input.pairs}"
        " --embedding {output.embedding} --log {log}"


rule measure_embeddings:
    input:
        program=import_closure("workflow/scripts/measure_embeddings.py"),
        embeddings=lambda wc: expand(
            "<models>/{experiment}/{row}/embedding.safetensors",
            experiment=wc.experiment,
            row=read_experiment(wc.experiment)["rows"],
        ),
    output:
        metrics="<metrics>/{experiment}.json",
    log:
        "<logs>/measure_embeddings/{experiment}.log",
    wildcard_constraints:
        experiment=match_any(list_experiments("tsne")),
    resources:
        mem_mb=500,
    message:
        "Measuring the maps of {wildcards.experiment}"
    shell:
        "python workflow/scripts/measure_embeddings.py {wildcards.experiment}"
        " --embeddings {input.embeddings} --metrics {output.metrics} --log {log}"


for experiment, row in list_rows("tsne"):
    targets.append(f"<models>/{experiment}/{row}/embedding.safetensors")
targets += expand("<metrics>/{experiment}.json", experiment=list_experiments("tsne"))
