"""Tables and figures as the studies' report.yaml defines them."""

from redigit.settings import (
    Settings,
    declare_keys,
    experiment_file,
    look_up,
    report_file,
)

# Stands for every row of the exhibit's experiment, so that a new row appears by itself.
ALL_ROWS = "all"


def read_exhibit(study: str, key: str) -> Settings:
    """Read the definition of a table or figure; of all rows, each is headed by its name.

    Parameters
    ----------
    study : str
        Name of the study.
    key : str
        ``tables.<name>`` or ``figures.<name>``.
    """
    definition = look_up(report_file(study), key)
    if definition.get("rows") != ALL_ROWS:
        return definition
    rows = look_up(experiment_file(f"{study}/{definition['experiment']}"), "rows")
    return definition | {"rows": {row: row for row in rows}}


def declare_all_rows(study: str, definition: Settings) -> dict[str, Settings]:
    """Declare the rows of the exhibit's experiment if it shows all of them."""
    if definition.get("rows") != ALL_ROWS:
        return {}
    return declare_keys({experiment_file(f"{study}/{definition['experiment']}"): ["rows"]})


def name_row(definition: Settings, source: str) -> str:
    """Name a row of an exhibit as ``experiment/row``."""
    return f"{definition['experiment']}/{source}" if "experiment" in definition else source
