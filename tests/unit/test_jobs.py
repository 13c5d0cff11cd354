"""Which jobs a run has follows from the parameter files alone."""

import re
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from study_files import forget_files, write_study

from redigit import figure_data, jobs
from redigit.settings import (
    experiment_file,
    experiments_folder,
    look_up,
    read_experiment,
    report_file,
    trace_sources,
)
from redigit.validation import list_kinds

ROOT = Path(__file__).resolve().parents[2]
STUDIES = sorted(path.parent.name for path in ROOT.glob("studies/*/report.yaml"))


@pytest.fixture
def run(project):
    """The project with all its studies in the run."""
    content = yaml.safe_load((project / "params.yaml").read_text())
    (project / "params.yaml").write_text(yaml.safe_dump(content | {"studies": STUDIES}))
    return project


NAMES = st.text("ab./|*", min_size=1, max_size=4)


@given(st.lists(NAMES, max_size=4), NAMES)
def test_pattern_matches_the_names_and_no_other(names, word):
    pattern = re.compile(jobs.match_any(names))
    for name in names:
        assert pattern.fullmatch(name)
    assert bool(pattern.fullmatch(word)) == (word in names)


def test_experiments_are_those_of_the_studies_by_kind(run):
    listed = jobs.list_experiments()
    assert len(listed) == len(set(listed))
    for study in STUDIES:
        names = sorted(path.stem for path in experiments_folder(study).iterdir())
        assert jobs.list_experiments(study=study) == [f"{study}/{name}" for name in names]
    kinds = list_kinds("kinds")
    assert sorted(listed) == sorted(name for kind in kinds for name in jobs.list_experiments(kind))
    assert jobs.list_experiments(*kinds) == listed
    for experiment in jobs.list_experiments("linear", "pairs"):
        assert look_up(experiment_file(experiment), "kind") in ("linear", "pairs")


def test_rows_are_those_of_the_experiments(run):
    assert ("example/clothes", "1x32") in jobs.list_rows("network")
    assert ("example/clothes", "1x32") not in jobs.list_rows("pairs")
    for experiment, row in jobs.list_rows():
        look_up(experiment_file(experiment), f"rows.{row}")


def test_linear_rows_find_their_pairs(run):
    datasets = set(jobs.list_rows("pairs"))
    for experiment, row in jobs.list_rows("linear"):
        assert jobs.find_pairs(experiment, row) in datasets
    assert jobs.find_pairs("e/linear", "paired_50") == ("e/pairs", "linear")


def test_raw_files_are_the_four_of_the_dataset(run):
    files = jobs.list_raw_inputs("example/clothes", "1x32")
    assert len(set(files)) == 4
    assert {str(Path(file).parent) for file in files} == {"data/raw/fashion_mnist"}


def test_figures_are_those_of_the_studies(run):
    for study in STUDIES:
        listed = figure_data.list_figures(study)
        assert listed
        assert all(look_up(report_file(study), f"figures.{name}") for name in listed)


def test_tables_show_the_metrics_of_their_experiments(folder):
    tables = {
        "one": {"experiment": "mlp", "rows": {"1x8": "small"}},
        "two": {"rows": {"cnn/a": "convolutions", "mlp/1x8": "none", "cnn/b": "more"}},
    }
    write_study("t", {"tables": tables})
    assert jobs.list_table_metrics("t") == ["<metrics>/t/mlp.json", "<metrics>/t/cnn.json"]
    write_study("t", {"tables": {}})
    assert jobs.list_table_metrics("t") == []


def test_tables_declare_themselves_and_the_rows_that_they_show_without_naming_them(folder):
    tables = {
        "all": {"experiment": "mlp", "rows": "all"},
        "one": {"experiment": "cnn", "rows": {"a": "convolutions"}},
    }
    rows = {"1x8": {}, "2x8": {}}
    experiments = {"mlp": {"settings": {}, "rows": rows}, "cnn": {"rows": {"a": {}}}}
    write_study("t", {"experiments": experiments, "tables": tables})
    assert jobs.declare_tables("t") == {
        str(experiment_file("t/mlp")): {"rows": rows},
        str(report_file("t")): {"tables": tables},
    }


def test_network_that_is_looked_into_is_one_of_the_study(run):
    networks = set(jobs.list_rows("network"))
    for experiment, row in jobs.list_rows("features"):
        assert jobs.find_network(experiment, row) in networks
    assert jobs.find_network("c/features", "baseline") == ("c/cnn", "baseline")


def test_every_kind_of_figure_has_data_that_a_rule_makes(run):
    made = {
        *(f"<metrics>/{experiment}.json" for experiment in jobs.list_experiments()),
        *(f"<pairs>/{experiment}/{row}.parquet" for experiment, row in jobs.list_rows("pairs")),
        *(
            f"<models>/{experiment}/{row}/{seed}/{file}"
            for experiment, row in jobs.list_rows("network", "multitask", "pair_network")
            for seed in (0, 3)
            for file in ("history.csv", "predictions.safetensors", "weights.safetensors")
        ),
        *(
            f"<models>/{experiment}/{row}/{seed}/features.safetensors"
            for experiment, row in jobs.list_rows("features")
            for seed in (0, 3)
        ),
        *(
            f"<models>/{experiment}/{row}/pca.safetensors"
            for experiment, row in jobs.list_rows("pca")
        ),
        *(f"<models>/{name}/embeddings.safetensors" for name in jobs.list_experiments("tsne")),
        *(
            f"<models>/{name}/predictions.safetensors"
            for name in jobs.list_experiments("classical", "linear")
        ),
        *(f"studies/{study}/claims.csv" for study in STUDIES),
        *(
            f"<models>/{experiment}/{name}.safetensors"
            for experiment in jobs.list_experiments("perceptron")
            for name in ("weights", "errors")
        ),
        *(f"<models>/{name}/trials.csv" for name in jobs.list_experiments("tuner")),
        *(file for dataset in jobs.DATASETS for file in jobs.list_raw_files(dataset)),
    }
    shown = set()
    figures = [(study, name) for study in STUDIES for name in figure_data.list_figures(study)]
    for study, name in figures:
        data = figure_data.list_figure_data(study, name, [0, 3])
        assert set(data) <= set(figure_data.list_all_data(study, [0, 3]))
        kind = look_up(report_file(study), f"figures.{name}.kind")
        # A step and a diagram follow from settings alone.
        assert data or kind in ("step_function", "network_diagram")
        assert set(data) <= made
        shown.add(kind)
    assert shown == set(list_kinds("figures"))


def test_figures_declare_themselves_and_the_rows_whose_settings_they_show(run):
    declared = figure_data.declare_shown_rows("e", "figure_6")
    assert {file: set(keys) for file, keys in declared.items()} == {
        "params.yaml": {"scale"},
        "studies/e/experiments/linear.yaml": {
            "settings",
            "quick",
            *(f"rows.{row}" for row in read_experiment("e/linear")["rows"]),
        },
    }
    for study in STUDIES:
        declared = figure_data.declare_figures(study)
        assert set(declared[str(report_file(study))]) == {"figures"}
        assert set(declared["params.yaml"]) >= {"seeds"}
        for name in figure_data.list_figures(study):
            for file, keys in figure_data.declare_shown_rows(study, name).items():
                assert keys.items() <= declared[file].items()


def test_classifiers_declare_their_pairs_and_who_implements_support_vectors(run):
    for experiment in jobs.list_experiments("classical", "linear", "tsne"):
        declared = jobs.declare_rows_of_pairs(experiment)
        for row in read_experiment(experiment)["rows"]:
            for source, name in trace_sources(experiment, row):
                assert f"rows.{name}" in declared[str(experiment_file(source))]
        assert source.endswith("/pairs")
    reads = {name: jobs.declare_classical(name) for name in ("d/svm", "d/ensembles", "e/folds")}
    keys = {name: set(declared["params.yaml"]) for name, declared in reads.items()}
    assert "svm_implementation" in keys["d/svm"] & keys["e/folds"]
    assert "svm_implementation" not in keys["d/ensembles"]


def test_memory_grows_with_the_largest_training_set(run):
    """At quick scale all fit side by side; at full within the 12 GB that a job may take."""
    assert all(jobs.estimate_memory(name) < 1000 for name in jobs.list_experiments("classical"))
    content = yaml.safe_load((run / "params.yaml").read_text())
    (run / "params.yaml").write_text(yaml.safe_dump(content | {"scale": "full"}))
    forget_files()
    assert 2500 < jobs.estimate_memory("d/svm") < 12_000
    assert jobs.estimate_memory("e/svm") < jobs.estimate_memory("d/svm")


@given(st.integers(1, 10_000), st.integers(1, 5))
def test_memory_grows_with_each_attempt(needed, attempt):
    here, cluster = SimpleNamespace(local_exec=True), SimpleNamespace(local_exec=False)
    assert jobs.grow_memory(here, needed)({}, attempt) == attempt * needed
    # All of it grows: which of the programs ran out of memory is not known.
    more = jobs.grow_memory(cluster, lambda wildcards: needed)({}, attempt) - attempt * needed
    assert more == attempt * jobs.SNAKEMAKES_MB


def test_each_rule_states_its_memory():
    for file in (ROOT / "workflow/rules").rglob("*.smk"):
        for rule in re.split(r"^rule ", file.read_text(), flags=re.MULTILINE)[1:]:
            assert "mem_mb=grow_memory(workflow, " in rule, rule.partition(":")[0]
