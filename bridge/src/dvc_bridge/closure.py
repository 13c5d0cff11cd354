"""Which files of the project a Python program imports, found without running it."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path


def import_closure(program: str | Path, project: str | Path = ".") -> list[str]:
    """List the project's files that a program imports, transitively, itself included.

    Imports are searched as Python does when the program is run by its path: beside the program
    first. Imports of files outside the program's folder are not followed. Both branches of a
    condition and imports inside functions count, since either may run.

    Parameters
    ----------
    program
        Path of the program.
    project
        Root of the project; the paths are given relative to it.

    Returns
    -------
    list of str
        Sorted paths, with "/" as separator.

    Raises
    ------
    FileNotFoundError
        If the program does not exist.
    """
    project = Path(project).resolve()
    program = (project / program).resolve()
    root = program.parent
    found: set[Path] = set()
    waiting = [program]
    while waiting:
        file = waiting.pop()
        if file not in found:
            found.add(file)
            waiting.extend(_find_imported_files(file, root))
    return sorted(file.relative_to(project).as_posix() for file in found)


@cache
def _find_imported_files(file: Path, root: Path) -> tuple[Path, ...]:
    """Give the files below `root` that one file imports directly."""
    files: set[Path] = set()
    for statement in _list_statements(ast.parse(file.read_bytes(), filename=str(file))):
        for name in _name_modules(statement, file, root):
            files.update(_locate_module(name, root))
    return tuple(sorted(files))


def _list_statements(tree: ast.Module) -> Iterator[ast.AST]:
    """List all statements, at any depth; expressions, which are most of a tree, import nothing."""
    waiting: list[ast.AST] = [tree]
    while waiting:
        statement = waiting.pop()
        yield statement
        for name in ("body", "orelse", "finalbody", "handlers", "cases"):
            waiting.extend(getattr(statement, name, ()))


def _name_modules(node: ast.AST, file: Path, root: Path) -> list[tuple[str, ...]]:
    """Give the dotted names, split, of all modules that an import statement may load."""
    if isinstance(node, ast.Import):
        return [tuple(alias.name.split(".")) for alias in node.names]
    if not isinstance(node, ast.ImportFrom):
        return []
    base = tuple(node.module.split(".")) if node.module else ()
    if node.level:
        folder = file.parent
        for _ in range(node.level - 1):
            folder = folder.parent
        if not folder.is_relative_to(root):
            return []
        base = folder.relative_to(root).parts + base
    # `from package import name` loads package/name.py where there is one.
    return [base, *((*base, alias.name) for alias in node.names)]


def _locate_module(name: tuple[str, ...], root: Path) -> list[Path]:
    """Give a module's file and those of the packages that are loaded before it."""
    files = []
    for depth in range(1, len(name) + 1):
        place = root.joinpath(*name[:depth])
        package = place / "__init__.py"
        if package.is_file():
            files.append(package)
        elif place.with_suffix(".py").is_file():
            files.append(place.with_suffix(".py"))
            break
        elif not place.is_dir():
            break
    return files
