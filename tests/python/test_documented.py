# SPDX-License-Identifier: Apache-2.0
"""Every public name of the package says what it is: a docstring, or `#:` behind a field."""

import ast
from pathlib import Path

import spillway

PACKAGE = Path(spillway.__path__[0])


def is_public(name):
    return not name.startswith("_")


def assigned(statement):
    """Public names that a statement gives to a class, or to its instances."""
    targets = [statement.target] if isinstance(statement, ast.AnnAssign) else getattr(statement, "targets", [])
    for target in targets:
        if isinstance(target, ast.Name):
            yield target.id
        if isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name) and target.value.id == "self":
            yield target.attr


def undocumented_fields(statements, lines, where):
    for statement in statements:
        if isinstance(statement, (ast.Assign, ast.AnnAssign)):
            is_said = any("#:" in lines[i] for i in range(statement.lineno - 2, statement.end_lineno))
            is_said = is_said and ("#:" in lines[statement.end_lineno - 1] or lines[statement.lineno - 2].strip().startswith("#:"))
            for name in assigned(statement):
                if is_public(name) and not is_said:
                    yield f"{where}.{name}"


def undocumented(body, lines, where):
    for node in body:
        if not isinstance(node, (ast.ClassDef, ast.FunctionDef)) or not is_public(node.name):
            continue
        name = f"{where}.{node.name}"
        decorators = {ast.unparse(decorator) for decorator in node.decorator_list}
        if not ast.get_docstring(node) and not any(word.endswith(".setter") or word == "overload" for word in decorators):
            yield name
        if isinstance(node, ast.ClassDef):
            yield from undocumented_fields(node.body, lines, name)
            for method in node.body:
                if isinstance(method, ast.FunctionDef) and method.name == "__init__":
                    yield from undocumented_fields(method.body, lines, name)
            yield from undocumented(node.body, lines, name)


def of_text(text, where="module"):
    return list(undocumented(ast.parse(text).body, text.splitlines(), where))


def test_every_public_name_is_documented():
    found, files = [], [file for file in sorted(PACKAGE.glob("*.py")) if is_public(file.stem) or file.stem == "__init__"]
    assert len(files) > 5
    for file in [*files, PACKAGE / "_tables.py"]:
        text = file.read_text()
        assert ast.get_docstring(ast.parse(text)), file.name
        found += of_text(text, file.stem)
    assert found == []


def test_every_exported_name_comes_from_a_file_that_is_looked_at():
    for name in spillway.__all__:
        module = getattr(spillway, name).__module__
        assert is_public(module.split(".")[-1]) or module == "spillway._tables", (name, module)


def test_what_is_forgotten_is_found():
    text = 'class a:\n    """A."""\n    x: int  #: said\n    y: int\n    def f(self):\n        pass\n    def _g(self):\n        pass\n'
    assert of_text(text) == ["module.a.y", "module.a.f"]
    assert of_text("def f():\n    pass\n") == ["module.f"]
