"""Programs use one thread, however they are called: some results depend on the number."""

import json
import os
import subprocess
import sys

import pytest

PROGRAM = """
import json
import numpy  # loaded before redigit, as in any program whose imports are sorted
from redigit.program import run_program

def list_pools():
    "List them."
    import sklearn.linear_model
    from threadpoolctl import threadpool_info
    print(json.dumps([pool["num_threads"] for pool in threadpool_info()]))

run_program(list_pools)
"""


@pytest.mark.parametrize("variable", [None, "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"])
def test_one_thread_whatever_the_environment_says(tmp_path, variable):
    environment = {name: value for name, value in os.environ.items() if "THREADS" not in name}
    if variable:
        environment[variable] = "2"
    result = subprocess.run(
        [sys.executable, "-c", PROGRAM, "--log", tmp_path / "log"],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    pools = json.loads(result.stdout)
    assert len(pools) >= 2
    assert set(pools) == {1}
