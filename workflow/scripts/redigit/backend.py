"""The library under Keras: the one module that knows TensorFlow, JAX and PyTorch apart."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec

from redigit.errors import InputError
from redigit.settings import RUN_FILE

# What Keras imports if it is there, and needs for nothing that is used here. It would take longer
# than many a training at a small scale.
NEEDLESS = ("matplotlib", "sklearn")


def start_backend(backend: str, device: str, threads: int, seed: int) -> None:
    """Make Keras ready to train the same network from the same seed; call it before any import.

    Parameters
    ----------
    backend : str
        ``tensorflow``, ``jax`` or ``torch``.
    device : str
        ``auto``, ``cpu`` or ``gpu``.
    threads : int
        Number of processor threads.
    seed : int
        Seed of initial weights and of every other random choice that Keras makes.

    Raises
    ------
    InputError
        If the backend is not installed, or a GPU is asked for where there is none.
    """
    if find_spec(backend) is None:
        raise InputError(f"{RUN_FILE}: backend: found {backend!r}, which is not installed here")
    os.environ["KERAS_BACKEND"] = backend
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    if device == "cpu":
        os.environ |= {"CUDA_VISIBLE_DEVICES": "", "JAX_PLATFORMS": "cpu"}
    starters = {"tensorflow": start_tensorflow, "jax": start_jax, "torch": start_torch}
    with hide_modules(NEEDLESS):
        n_gpus = starters[backend](threads)
        import keras

    if device == "gpu" and not n_gpus:
        raise InputError(
            f"{RUN_FILE}: device: found 'gpu', but {backend} sees none; allowed are auto, cpu"
        )
    keras.utils.set_random_seed(seed)


@contextmanager
def hide_modules(names: tuple[str, ...]) -> Iterator[None]:
    """Let imports of modules fail for a while as if these were not installed; not if loaded."""
    hidden = [name for name in names if name not in sys.modules]
    # This is what Python itself does to say that there is no such module.
    sys.modules.update(dict.fromkeys(hidden))
    try:
        yield
    finally:
        for name in hidden:
            del sys.modules[name]


def list_versions(backend: str) -> dict[str, str]:
    """List the versions of the libraries that a training's numbers come from, once started."""
    return {name: sys.modules[name].__version__ for name in (backend, "keras", "numpy")}


def start_tensorflow(threads: int) -> int:
    """Set up TensorFlow and count its GPUs."""
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    tf.config.experimental.enable_op_determinism()
    return len(tf.config.list_physical_devices("GPU"))


def start_jax(threads: int) -> int:
    """Set up JAX and count its GPUs."""
    # XLA has no setting of its own; this variable says how many processors it may count on.
    os.environ["NPROC"] = str(threads)
    import jax

    return len([device for device in jax.devices() if device.platform == "gpu"])


def start_torch(threads: int) -> int:
    """Set up PyTorch and count its GPUs."""
    import torch

    torch.set_num_threads(threads)
    torch.use_deterministic_algorithms(True)
    return torch.cuda.device_count()
