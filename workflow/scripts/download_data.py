"""Fetch the raw files of one dataset."""

from pathlib import Path

from redigit.datasets import find_dataset
from redigit.download import fetch_dataset, read_data_settings
from redigit.errors import InputError
from redigit.program import run_program


def download_data(dataset: str, settings: Path, files: list[Path]) -> None:
    """Fetch the raw files of one dataset, verified, from the first source that has them.

    Parameters
    ----------
    dataset : str
        Name of the dataset.
    settings : Path
        Parameter file; its key ``data`` says where the files are to be had.
    files : list of Path
        The four files to be made, in one folder.
    """
    description = find_dataset(dataset)
    folder = files[0].parent
    expected = {folder / raw.name for raw in description.files}
    if set(files) != expected:
        raise InputError(
            f"--files: found {', '.join(map(str, files))}; "
            f"{dataset} is made of {', '.join(sorted(map(str, expected)))}"
        )
    fetch_dataset(description, folder, read_data_settings(settings, dataset))


if __name__ == "__main__":
    run_program(download_data)
