"""What the figures of a study show: the files that each is drawn from, and its keys."""

from redigit.claims import claims_file
from redigit.exhibits import declare_all_rows, name_row, read_exhibit
from redigit.jobs import (
    find_pool,
    list_item_inputs,
    list_pairs_inputs,
    list_raw_files,
    list_raw_inputs,
)
from redigit.settings import (
    REFERENCES,
    RUN_FILE,
    Settings,
    declare_keys,
    declare_settings,
    look_up,
    merge_declared,
    read_params,
    refer_to_row,
    report_file,
)

# Kinds of figures that show the metrics of their experiment, and nothing else.
OF_METRICS = (
    *("accuracy_by_size", "accuracy_by_weight", "accuracy_gap"),
    *("scores_by_perplexity", "separability_map"),
)


def list_figures(study: str) -> list[str]:
    """List the figures of a study by name."""
    return list(read_params(report_file(study))["figures"])


def list_all_data(study: str, seeds: list[int]) -> list[str]:
    """List the files that the figures of a study show, each once."""
    figures = list_figures(study)
    files = (file for name in figures for file in list_figure_data(study, name, seeds))
    return list(dict.fromkeys(files))


def list_figure_data(study: str, name: str, seeds: list[int]) -> list[str]:
    """List the files that a figure shows; which these are depends on its kind."""
    figure = read_exhibit(study, f"figures.{name}")
    match figure["kind"]:
        case "learning_curves":
            return [
                f"<models>/{study}/{name_row(figure, row)}/{seed}/history.csv"
                for row in figure["rows"]
                for seed in seeds
            ]
        case kind if kind in OF_METRICS:
            return [f"<metrics>/{study}/{figure['experiment']}.json"]
        case "accuracy_by_parameters":
            experiments = dict.fromkeys(name.split("/")[0] for name in figure["networks"])
            return [f"<metrics>/{study}/{experiment}.json" for experiment in experiments]
        case "accuracy_strips":
            return list_strip_data(study, figure)
        case "class_probabilities":
            return [f"<models>/{study}/{figure['experiment']}/predictions.safetensors"]
        case "confusion_matrix" if "classical" in figure:
            experiment, _ = refer_to_row(study, figure["classical"])
            return [f"<models>/{experiment}/predictions.safetensors"]
        case "confusion_matrix":
            experiment, row = refer_to_row(study, figure["network"])
            return [f"<models>/{experiment}/{row}/{seed}/predictions.safetensors" for seed in seeds]
        case "kernel_grid":
            experiment, row = refer_to_row(study, figure["network"])
            return [f"<models>/{experiment}/{row}/{seed}/weights.safetensors" for seed in seeds]
        case "ascent_curves" | "dream_images" | "feature_maps":
            experiment, row = refer_to_row(study, figure["features"])
            return [f"<models>/{experiment}/{row}/{seed}/features.safetensors" for seed in seeds]
        case "pair_predictions":
            experiment, row = refer_to_row(study, figure["network"])
            items = [*list_pairs_inputs(experiment, row), *list_item_inputs(experiment, row)]
            return [f"<models>/{experiment}/{row}/{seeds[0]}/predictions.safetensors", *items]
        case "pair_images" | "sum_histogram":
            experiment, row = refer_to_row(study, figure["pairs"])
            return [f"<pairs>/{experiment}/{row}.parquet", *list_raw_inputs(experiment, row)]
        case "pair_accuracies":
            return [f"<metrics>/{refer_to_row(study, figure['pca'])[0]}.json"]
        case "pca_scatter" | "pair_scatter" | "explained_variance":
            experiment, row = refer_to_row(study, figure["pca"])
            return [f"<models>/{experiment}/{row}/pca.safetensors"]
        case "weight_map":
            return [f"<models>/{refer_to_row(study, figure['perceptron'])[0]}/weights.safetensors"]
        case "error_curve":
            return [f"<models>/{study}/{figure['experiment']}/errors.safetensors"]
        case "search_history":
            return [f"<models>/{study}/{figure['experiment']}/trials.csv"]
        case "network_diagram" | "step_function":
            return []
        case "digit_grid":
            return list_raw_files(figure["data"])
        case "tsne_scatter":
            experiment = f"{study}/{figure['experiment']}"
            return [f"<metrics>/{experiment}.json", f"<models>/{experiment}/embeddings.safetensors"]
        case kind:
            raise ValueError(f"figures of kind {kind} have no list of data yet")


def list_strip_data(study: str, figure: Settings) -> list[str]:
    """List the metrics and the claims, also of other studies, that strips of accuracies show."""
    experiments = dict.fromkeys(name.split("/")[0] for name in figure["strips"].values())
    studies = dict.fromkeys(claim.split("-")[0] for claim in figure["printed"])
    metrics = [f"<metrics>/{study}/{name}.json" for name in experiments]
    return [*metrics, *(str(claims_file(name)) for name in studies)]


def declare_shown_rows(study: str, name: str) -> dict[str, Settings]:
    """Declare the keys of the rows whose settings a figure looks up."""
    key = f"figures.{name}"
    figure = read_exhibit(study, key)
    rows = [
        (f"{study}/{figure['experiment']}", row)
        for series in figure.get("series", {}).values()
        for row in series
    ]
    of_rows = ("accuracy_by_weight", "error_curve", "scores_by_perplexity", "search_history")
    if figure["kind"] in of_rows:
        rows += [(f"{study}/{figure['experiment']}", row) for row in figure["rows"]]
    rows += [refer_to_row(study, figure[kind]) for kind in REFERENCES if kind in figure]
    for quantity in figure.get("strips", {}).values():
        row = refer_to_row(study, quantity.rpartition("/")[0])
        rows += [row, find_pool(*row)]
    if figure["kind"] == "pair_predictions":
        rows.append(find_pool(*refer_to_row(study, figure["network"])))
    declared = [declare_settings(*row) for row in rows]
    return merge_declared(declare_all_rows(study, look_up(report_file(study), key)), *declared)


def declare_figures(study: str) -> dict[str, Settings]:
    """Declare the keys that the figures of a study depend on."""
    declared = declare_keys({RUN_FILE: ["seeds"], report_file(study): ["figures"]})
    rows = (declare_shown_rows(study, name) for name in list_figures(study))
    return merge_declared(declared, *rows)
