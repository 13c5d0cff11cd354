"""The report. Needs metrics, predictions and verdicts; makes tables, figures and pages."""

from redigit.jobs import find_exhibit, list_exhibits, list_raw_files, match_any
from redigit.settings import (
    RUN_FILE,
    declare_keys,
    declare_settings,
    merge_declared,
    resolve_settings,
    study_file,
)

TEMPLATES = sorted(str(path) for path in Path("workflow/templates").iterdir())


def name_experiment(study, exhibit):
    """Name the experiment that a table or figure shows, as study/experiment."""
    return f"{study}/{exhibit['experiment']}"


def list_figure_rows(study, figure):
    """List the rows whose settings a figure needs, as (experiment, row)."""
    if "pairs" in figure:
        experiment, row = figure["pairs"].split("/")
        return [(f"{study}/{experiment}", row)]
    rows = [row for series in figure.get("series", {}).values() for row in series]
    return [(name_experiment(study, figure), row) for row in rows]


def list_figure_data(wildcards):
    """List what a figure shows; which files these are depends on its kind."""
    study, figure = wildcards.study, find_exhibit("figures", wildcards.study, wildcards.figure)
    if figure["kind"] == "learning_curves":
        return expand(
            "<models>/{experiment}/{row}/{seed}/history.csv",
            experiment=name_experiment(study, figure),
            row=figure["rows"],
            seed=config["seeds"],
        )
    if figure["kind"] == "accuracy_by_size":
        return [f"<metrics>/{name_experiment(study, figure)}.json"]
    ((experiment, row),) = list_figure_rows(study, figure)
    raw = list_raw_files(resolve_settings(experiment, row)["data"])
    return [f"<pairs>/{experiment}/{row}.parquet", *raw]


def declare_figure(wildcards):
    """Declare the keys that a figure depends on: its own and the settings of its rows."""
    study, figure = wildcards.study, find_exhibit("figures", wildcards.study, wildcards.figure)
    return merge_declared(
        declare_keys({study_file(study): [f"figures.{wildcards.figure}"]}),
        *(declare_settings(*row) for row in list_figure_rows(study, figure)),
    )


rule render_table:
    input:
        program=import_closure("workflow/scripts/render_table.py"),
        metrics=lambda wc: "<metrics>/{}.json".format(
            name_experiment(wc.study, find_exhibit("tables", wc.study, wc.table))
        ),
        verdicts="<reports>/{study}/verdicts.csv",
    output:
        table="<reports>/{study}/tables/{table}.csv",
    log:
        "<logs>/render_table/{study}/{table}.log",
    wildcard_constraints:
        study=match_any(config["studies"]),
    params:
        settings=lambda wc: declare_keys({study_file(wc.study): [f"tables.{wc.table}"]}),
    message:
        "Rendering {wildcards.study}/{wildcards.table}"
    shell:
        "python workflow/scripts/render_table.py {wildcards.study}/{wildcards.table}"
        " --metrics {input.metrics} --verdicts {input.verdicts}"
        " --table {output.table} --log {log}"


rule draw_figure:
    input:
        program=import_closure("workflow/scripts/draw_figure.py"),
        style="workflow/redigit.mplstyle",
        data=list_figure_data,
    output:
        figure="<reports>/{study}/figures/{figure}.svg",
    log:
        "<logs>/draw_figure/{study}/{figure}.log",
    wildcard_constraints:
        study=match_any(config["studies"]),
    params:
        settings=declare_figure,
    message:
        "Drawing {wildcards.study}/{wildcards.figure}"
    shell:
        "python workflow/scripts/draw_figure.py {wildcards.study}/{wildcards.figure}"
        " --style {input.style} --data {input.data} --figure {output.figure} --log {log}"


def list_shown(family, folder, ending):
    """Make the input function that lists a study's tables or figures."""
    return lambda wildcards: [
        f"<reports>/{study}/{folder}/{name}.{ending}"
        for study, name in list_exhibits(family)
        if study == wildcards.study
    ]


rule write_page:
    input:
        program=import_closure("workflow/scripts/write_page.py"),
        templates=TEMPLATES,
        # The page lists the comments marked ASSUME, so it depends on the file, not on keys.
        assumptions="studies/{study}/params.yaml",
        tables=list_shown("tables", "tables", "csv"),
        figures=list_shown("figures", "figures", "svg"),
        verdicts="<reports>/{study}/verdicts.csv",
    output:
        page="<reports>/{study}/index.html",
    log:
        "<logs>/write_page/{study}.log",
    wildcard_constraints:
        study=match_any(config["studies"]),
    params:
        settings=declare_keys({RUN_FILE: ["scale"]}),
    message:
        "Writing the page of study {wildcards.study}"
    shell:
        "python workflow/scripts/write_page.py {wildcards.study} --templates {input.templates}"
        " --tables {input.tables} --figures {input.figures} --verdicts {input.verdicts}"
        " --page {output.page} --log {log}"


rule write_index:
    input:
        program=import_closure("workflow/scripts/write_index.py"),
        templates=TEMPLATES,
        summaries=expand("<metrics>/{study}/verdicts.json", study=config["studies"]),
    output:
        page="<reports>/index.html",
    log:
        "<logs>/write_index.log",
    params:
        settings=declare_keys(
            {RUN_FILE: ["scale"]} | {study_file(study): ["title"] for study in config["studies"]}
        ),
    message:
        "Writing the front page"
    shell:
        "python workflow/scripts/write_index.py index --templates {input.templates}"
        " --summaries {input.summaries} --page {output.page} --log {log}"


targets += [f"<reports>/{study}/tables/{name}.csv" for study, name in list_exhibits("tables")]
targets += [f"<reports>/{study}/figures/{name}.svg" for study, name in list_exhibits("figures")]
targets += expand("<reports>/{study}/index.html", study=config["studies"])
targets.append("<reports>/index.html")
