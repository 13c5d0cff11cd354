"""Programs use one thread, however they are called: some results depend on the number."""

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

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


JAX_PROGRAM = """
import json, os, sys
from pathlib import Path
from redigit.backend import start_backend

before = os.sched_getaffinity(0)
start_backend("jax", "cpu", int(sys.argv[1]), 0)
import keras

values = keras.ops.ones((300, 300))
kinds = [str(keras.ops.matmul(values, values).dtype)]
names = [(task / "comm").read_text().strip() for task in Path("/proc/self/task").iterdir()]
print(json.dumps([names.count("tf_XLAEigen"), before == os.sched_getaffinity(0), kinds]))
"""


@pytest.mark.skipif(not find_spec("jax"), reason="jax is not installed; it is an extra")
@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="threads are listed on Linux only")
@pytest.mark.parametrize("threads", [1, 3])
def test_jax_has_the_threads_that_it_is_given_and_any_processor(threads):
    command = [sys.executable, "-c", JAX_PROGRAM, str(threads)]
    result = subprocess.run(command, capture_output=True, text=True, check=True)
    assert json.loads(result.stdout) == [threads, True, ["float32"]]
