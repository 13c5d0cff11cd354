"""The library that redigit's programs share.

Importing it limits the numerical libraries to one thread each, before any of them is loaded:
jobs run side by side, and one thread gives the same bytes whatever the number of cores.
"""

import os

for _variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_variable, "1")
