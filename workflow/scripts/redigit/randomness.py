"""Seeds: every random stream has a name, so that none depends on the order of the work."""

import hashlib

import numpy as np


def make_generator(*name: str | int) -> np.random.Generator:
    """Make the random generator of a named stream.

    Parameters
    ----------
    *name : str or int
        What the stream is for, such as ``("shuffle", seed, epoch)``. The same name gives the same
        numbers on any machine; different names give independent ones.

    Returns
    -------
    numpy.random.Generator
        A counter-based generator (Philox).
    """
    digest = hashlib.sha256("/".join(map(str, name)).encode()).digest()
    return np.random.Generator(np.random.Philox(key=np.frombuffer(digest[:16], "<u8")))
