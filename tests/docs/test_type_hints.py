"""What is public in the package has type hints and docstrings.

Augmentation and losses on symbolic tensors are left out: their docstrings give the axes.
"""

import ast

import pytest

from tests.docs.documents import ROOT

PACKAGE = ROOT / "lib" / "fsanet"
ON_TENSORS = (
    "datasets/augment/",
    "pose/tensors.py",
    "training/crop_model.py",
    "training/finder.py",
)
FILES = sorted(
    path for path in PACKAGE.rglob("*.py") if not path.relative_to(PACKAGE).as_posix().startswith(ON_TENSORS)
)


def public_functions(tree: ast.Module):
    """Functions and methods whose names do not begin with an underscore; and constructors."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            yield node.name, node, False
        elif isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            for inner in node.body:
                if isinstance(inner, ast.FunctionDef) and (inner.name == "__init__" or not inner.name.startswith("_")):
                    yield f"{node.name}.{inner.name}", inner, not _is_static(inner)


def _is_static(node: ast.FunctionDef) -> bool:
    return any(isinstance(decorator, ast.Name) and decorator.id == "staticmethod" for decorator in node.decorator_list)


def untyped(node: ast.FunctionDef, is_method: bool) -> list[str]:
    arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs][1 if is_method else 0 :]
    lacking = [argument.arg for argument in arguments if argument.annotation is None]
    return lacking + (["return"] if node.returns is None and node.name != "__init__" else [])


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(PACKAGE)))
def test_public_functions_have_type_hints(file):
    tree = ast.parse(file.read_text(encoding="utf-8"))
    lacking = {name: gaps for name, node, method in public_functions(tree) if (gaps := untyped(node, method))}
    assert not lacking, f"{file.relative_to(ROOT)}: no type hints for {lacking}"


def test_public_names_of_the_package_say_what_they_take_and_return():
    import fsanet

    for name in fsanet.__all__:
        thing = getattr(fsanet, name)
        if callable(thing):
            assert thing.__doc__, name
            if not isinstance(thing, type):
                assert "Args:" in thing.__doc__, name
                assert "Returns:" in thing.__doc__, name
                assert "Raises:" in thing.__doc__, name


def test_a_gap_is_seen():
    tree = ast.parse("def f(a, b: int): ...\nclass C:\n    def m(self, x) -> int: ...\n")
    assert [untyped(node, method) for _, node, method in public_functions(tree)] == [["a", "return"], ["x"]]
