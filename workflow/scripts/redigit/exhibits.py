"""Tables and figures as the studies' parameter files define them."""

from redigit.settings import Settings, look_up, study_file

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
    definition = look_up(study_file(study), key)
    if definition.get("rows") != ALL_ROWS:
        return definition
    rows = look_up(study_file(study), name_rows_key(definition))
    return definition | {"rows": {row: row for row in rows}}


def list_exhibit_keys(study: str, key: str) -> list[str]:
    """List the keys of the study's file that the definition of an exhibit is read from."""
    definition = look_up(study_file(study), key)
    shows_all = definition.get("rows") == ALL_ROWS
    return [key, name_rows_key(definition)] if shows_all else [key]


def name_rows_key(definition: Settings) -> str:
    """Name the key under which the rows of an exhibit's experiment stand."""
    return f"experiments.{definition['experiment']}.rows"


def name_row(definition: Settings, source: str) -> str:
    """Name a row of an exhibit as ``experiment/row``."""
    return f"{definition['experiment']}/{source}" if "experiment" in definition else source
