"""Finds the texts for translators that no `_()` marks: of errors and of settings."""

import ast
from collections.abc import Iterator
from typing import IO, Any

from babel.messages.extract import extract_python

ERRORS = {
    "NotFound", "Forbidden", "Unauthenticated", "Invalid", "Conflict", "RateLimited",
    "Unavailable", "LoginRefused", "ValueError", "Unparsable", "BadSignature", "BadRequest",
    "TemporaryFailure", "PermanentFailure", "OutcomeUnknown", "Unreachable",
    "TooMuch", "LinkLost",
}  # fmt: skip


def extract(
    file: IO[bytes], keywords: Any, comment_tags: Any, options: Any
) -> Iterator[tuple[Any, ...]]:
    """What Babel itself finds in Python, and what is drawn through `_(error.message)` and such."""
    yield from extract_python(file, keywords, comment_tags, options)
    file.seek(0)
    for node in ast.walk(ast.parse(file.read())):
        for text in [*_texts(node), *(_choices(node) if "choices" in options else ())]:
            yield getattr(node, "lineno", 0), None, text, []


def _texts(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.ClassDef):
        yield from _declared(node)
    elif isinstance(node, ast.Call) and _name(node.func) == "Phrase":
        yield from _strings(*node.args[:1])
    elif isinstance(node, ast.Call):
        # what is written for people is a sentence; the rest is for the log
        yield from (text for text in _strings(*_shown(node)) if text[:1].isupper())


def _choices(node: ast.AST) -> Iterator[str]:
    """Of a setting, worded as `web/fields.py` does it."""
    if isinstance(node, ast.Subscript) and _name(node.value) == "Literal":
        for text in _strings(*getattr(node.slice, "elts", [node.slice])):
            yield text.replace("_", " ").capitalize()


def _declared(node: ast.ClassDef) -> Iterator[str]:
    """What an error says by itself, and the name of a channel."""
    if any(_name(base) == "InboxError" for base in node.bases):
        yield ast.get_docstring(node) or ""
    for line in node.body:
        if isinstance(line, ast.AnnAssign) and _name(line.target) == "label" and line.value:
            yield from _strings(line.value)


def _shown(call: ast.Call) -> list[ast.expr]:
    name = _name(call.func)
    if name == "Field":
        return [word.value for word in call.keywords if word.arg in {"title", "description"}]
    if name not in ERRORS:
        return call.args[:1] if name == "_group" else []
    mappings = [word.value for word in call.keywords if isinstance(word.value, ast.Dict)]
    return call.args[:1] + [text for mapping in mappings for text in mapping.values]


def _strings(*nodes: ast.expr) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def _name(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else ""
