"""Find certificates of linear separability of one experiment."""

import time
from pathlib import Path

from redigit.datasets import load_images
from redigit.digits import select_pair
from redigit.files import write_arrays
from redigit.program import run_program
from redigit.separability import find_certificate
from redigit.settings import read_experiment
from redigit.validation import read_settings


def find_certificates(experiment: str, schema: Path, raw: list[Path], certificates: Path) -> None:
    """Find a certificate for each row of ``study/experiment`` that is to be solved; write all."""
    found, splits = {}, {}
    for row in read_experiment(experiment)["rows"]:
        settings = read_settings(schema, experiment, row)
        if not settings["solve"]:
            continue
        started = time.perf_counter()
        split = settings["images"]
        splits[split] = splits.get(split) or load_images(raw, split)
        points, is_second = select_pair(splits[split], settings["digits"])
        certificate = find_certificate(points, is_second)
        # Arrays are named `row/name`.
        found |= {f"{row}/{name}": array for name, array in certificate.items()}
        answer = "separable" if "weights" in certificate else "not separable"
        size, seconds = len(certificate["point"]), time.perf_counter() - started
        print(f"{experiment}/{row}: {answer}, by {size} images, {seconds:.1f} s")
    write_arrays(certificates, found)


if __name__ == "__main__":
    run_program(find_certificates)
