"""Mutants: every small change of a source file that mutmut's operators make, one at a time.

mutmut's own run puts a trampoline around functions, so it leaves out properties and the bodies of classes. The rules
of the domain are written there, so its operators are used alone.
"""

import hashlib
import itertools
import random
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import attrs
import libcst as cst
from libcst.metadata import MetadataWrapper, PositionProvider, WhitespaceInclusivePositionProvider
from mutmut.mutation.mutators import mutation_operators


@attrs.frozen(kw_only=True)
class Mutant:
    """One change: `before` and `after` are the lines that differ, `code` is the whole changed source."""

    path: str
    line: int
    before: str
    after: str
    code: str = attrs.field(repr=False)

    @property
    def key(self) -> str:
        """What names the mutant as long as its file is the same."""
        return hashlib.sha256(f"{self.path}\n{self.code}".encode()).hexdigest()[:16]

    def __str__(self) -> str:
        return f"{self.path}:{self.line}\n    - {self.before}\n    + {self.after}"


def mutants_of(root: Path, path: str) -> Iterator[Mutant]:
    """Yield every mutant of a file."""
    source = (root / path).read_text("utf-8")
    wrapper = MetadataWrapper(cst.parse_module(source))
    module, positions = wrapper.module, wrapper.resolve(PositionProvider)
    places, offsets = wrapper.resolve(WhitespaceInclusivePositionProvider), _offsets(source)
    seen = {source}
    for node, line in _nodes(module, positions, 1):
        if node not in places:
            continue
        start, end = (offsets[at.line] + at.column for at in (places[node].start, places[node].end))
        for changed in _changed(node):
            code: str = source[:start] + module.code_for_node(changed) + source[end:]
            if code not in seen and _is_python(code):
                seen.add(code)
                before, after = _difference(source, code)
                yield Mutant(path=path, line=line, before=before, after=after, code=code)


def _offsets(source: str) -> list[int]:
    """Return where each line begins; lines are counted from 1."""
    lengths = [len(line) for line in source.splitlines(keepends=True)]
    return [0, *itertools.accumulate(lengths, initial=0)]


def sample(mutants: Iterable[Mutant], size: int, seed: int) -> list[Mutant]:
    """Return *size* of the mutants: the same ones for the same seed and the same files."""
    ordered = sorted(mutants, key=lambda mutant: (mutant.path, mutant.line, mutant.key))
    return random.Random(seed).sample(ordered, min(size, len(ordered)))


def _nodes(node: Any, positions: Any, line: int) -> Iterator[tuple[Any, int]]:
    """Yield the nodes that may be changed, with their lines: no types, decorators, imports or sentences."""
    if isinstance(node, cst.Annotation | cst.Decorator | cst.Import | cst.ImportFrom):
        return
    if isinstance(node, cst.Call) and isinstance(node.func, cst.Name) and node.func.value in ("cast", "TypeVar"):
        return
    if isinstance(node, cst.Raise) and _only_speaks(node.exc):
        return
    place = positions.get(node)
    line = place.start.line if place else line
    yield node, line
    for child in node.children:
        yield from _nodes(child, positions, line)


def _changed(node: Any) -> Iterator[Any]:
    if isinstance(node, cst.SimpleString) and " " in node.value:
        return  # a sentence for people
    for kind, operator in mutation_operators:
        if isinstance(node, kind):
            yield from operator(node)


def _only_speaks(error: Any) -> bool:
    """Return whether an error is raised with sentences alone."""
    if not isinstance(error, cst.Call):
        return False
    spoken = cst.SimpleString | cst.FormattedString | cst.ConcatenatedString
    return all(isinstance(argument.value, spoken) for argument in error.args)


def _is_python(code: str) -> bool:
    try:
        compile(code, "<mutant>", "exec")
    except SyntaxError:
        return False
    return True


def _difference(source: str, code: str) -> tuple[str, str]:
    old, new = source.splitlines(), code.splitlines()
    first = next(n for n, (one, other) in enumerate(zip(old, new, strict=False)) if one != other)
    last = next(n for n, (one, other) in enumerate(zip(old[::-1], new[::-1], strict=False)) if one != other)
    before, after = (" ".join(line.strip() for line in lines[first : len(lines) - last]) for lines in (old, new))
    return before, after
