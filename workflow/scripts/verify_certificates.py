"""Verify certificates of linear separability of one experiment."""

from pathlib import Path

from redigit.certificates import verify_certificate
from redigit.datasets import load_images
from redigit.digits import select_pair
from redigit.errors import InputError
from redigit.evaluation import average_replicates
from redigit.evidence import read_certificates
from redigit.files import write_json
from redigit.program import run_program
from redigit.settings import read_experiment
from redigit.validation import read_settings


def verify_certificates(
    experiment: str, schema: Path, raw: list[Path], solved: Path, stored: list[Path], metrics: Path
) -> None:
    """Verify the certificates of ``study/experiment``, solved and stored; write what they prove.

    Parameters
    ----------
    experiment : str
        ``study/experiment``.
    schema : Path
        Schema of the kind.
    raw : list of Path
        The idx files.
    solved : Path
        Certificates that this run has found, of any rows.
    stored : list of Path
        Certificates stored as evidence, a file for each row. All are verified; what is written of
        a row is what its solved certificate proves, or else its stored one.
    metrics : Path
        Metrics by row.
    """
    names = read_experiment(experiment)["rows"]
    unknown = [path for path in stored if path.stem not in names]
    if unknown:
        raise InputError(f"{unknown[0]}: {experiment} has no such row; it has {', '.join(names)}")
    rows, splits = {}, {}
    for row in names:
        settings = read_settings(schema, experiment, row)
        split = settings["images"]
        splits[split] = splits.get(split) or load_images(raw, split)
        points, is_second = select_pair(splits[split], settings["digits"])
        proved = {}
        for file, certificate in read_certificates(row, solved, stored):
            try:
                proved = {"solved": int(file == solved)} | verify_certificate(
                    certificate, points, is_second
                )
            except InputError as error:
                raise InputError(f"{file}: no certificate for {row}: {error}") from error
            print(f"{experiment}/{row}: {file} proves {proved}")
        if not proved:
            raise InputError(
                f"{experiment}/{row}: neither solved nor stored; allowed is solve: true"
            )
        first, second = settings["digits"]
        known = {"first_digit": first, "second_digit": second, "n_images": len(points)}
        rows[row] = average_replicates({name: [value] for name, value in (known | proved).items()})
    write_json(metrics, rows)


if __name__ == "__main__":
    run_program(verify_certificates)
