"""The import closure is what Python loads."""

import subprocess
import sys

from dvc_bridge import import_closure

FILES = {
    "scripts/run.py": "import json\nfrom lib import tools\nfrom lib.deep.inner import thing\n",
    "scripts/other.py": "import yaml\n",
    "scripts/lib/__init__.py": "",
    "scripts/lib/tools.py": "from . import shared\nfrom .deep import *\n",
    "scripts/lib/shared.py": "def f():\n    import late\n",
    "scripts/lib/unused.py": "",
    "scripts/lib/deep/__init__.py": "from ..top import value\n",
    "scripts/lib/deep/inner.py": "thing = 1\n",
    "scripts/lib/top.py": "value = 1\n",
    "scripts/late.py": "from plain import mod\n",
    "scripts/plain/mod.py": "",
}
EXPECTED = [
    "scripts/late.py",
    "scripts/lib/__init__.py",
    "scripts/lib/deep/__init__.py",
    "scripts/lib/deep/inner.py",
    "scripts/lib/shared.py",
    "scripts/lib/tools.py",
    "scripts/lib/top.py",
    "scripts/plain/mod.py",
    "scripts/run.py",
]


def write_files(folder):
    for name, text in FILES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def test_closure_follows_all_forms_of_import(tmp_path):
    write_files(tmp_path)
    assert import_closure("scripts/run.py", tmp_path) == EXPECTED
    assert import_closure("scripts/other.py", tmp_path) == ["scripts/other.py"]


def test_closure_holds_what_python_loads(tmp_path):
    write_files(tmp_path)
    code = (
        "import runpy, sys\n"
        f"sys.path.insert(0, {str(tmp_path / 'scripts')!r})\n"
        f"runpy.run_path({str(tmp_path / 'scripts/run.py')!r})\n"
        "print(*[m.__file__ for m in list(sys.modules.values()) if getattr(m, '__file__', None)])"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    inside = {
        name.removeprefix(f"{tmp_path}/") for name in loaded if name.startswith(str(tmp_path))
    }
    assert inside <= set(import_closure("scripts/run.py", tmp_path))
    assert "scripts/lib/top.py" in inside
