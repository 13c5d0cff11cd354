"""See what one trained network sees: one row of an experiment, one seed."""

from pathlib import Path

import numpy as np

from redigit.backend import start_backend
from redigit.datasets import DATASETS, load_images
from redigit.files import read_arrays, write_arrays
from redigit.program import run_program
from redigit.settings import RUN_FILE, read_params, refer_to_row, resolve_settings
from redigit.tasks import list_tasks
from redigit.validation import read_settings


def see_features(
    job: str, schema: Path, raw: list[Path], weights: Path, features: Path, measures: Path
) -> None:
    """See what the network of ``study/experiment/row/seed`` sees; write arrays and statistics.

    The statistics are arrays of one value, that of the seed.
    """
    experiment, row, seed = job.rsplit("/", 2)
    settings = read_settings(schema, experiment, row)
    source = resolve_settings(*refer_to_row(experiment.split("/")[0], settings["network"]))
    run = read_params(RUN_FILE)
    start_backend(run["backend"], run["device"], run["threads"], int(seed))
    # Keras reads its backend when it is imported.
    import redigit.features as seen

    scene = seen.set_scene(*load_images(raw, "test"), settings, source)
    tasks = list_tasks(source, len(DATASETS[source["data"]].classes))
    network = seen.restore_network(source, scene.size, tasks, read_arrays(weights))
    arrays, measured = seen.see_network(network, scene, settings, job)
    for name, value in measured.items():
        print(f"{job}: {name} {value:.4g}")
    numbers = {"replicate": int(seed), "n_test": len(scene.labels), **measured}
    write_arrays(features, arrays)
    # Adding zero makes a number of what is so or not so.
    write_arrays(measures, {name: np.array([numbers[name] + 0]) for name in numbers})


if __name__ == "__main__":
    run_program(see_features)
