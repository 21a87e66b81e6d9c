"""What the documents show: their fenced blocks, cut out so that they can be tried.

A block directly under `<!-- no-run: reason -->` is only shown.
"""

import itertools
import re
import shlex
from pathlib import Path

import attrs

ROOT = Path(__file__).parents[3]
FENCE = re.compile(
    r"^(?:<!-- no-run: (?P<reason>.+?) -->\n)?^(?P<indent> *)```(?P<language>\w*)[^\n]*\n(?P<text>.*?)^(?P=indent)```$",
    re.MULTILINE | re.DOTALL,
)
OPERATORS = "&|;<>"
SETTING = re.compile(r"[A-Z_]+=")
LINK = re.compile(r"\]\((?!https?:|mailto:|#)(?P<target>[^)#\s]+)")


def documents() -> list[Path]:
    """Return every document that a user or a contributor reads."""
    return sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])


@attrs.frozen
class Block:
    """A fenced block: its language, its text, and the line of the document on which the text begins."""

    language: str
    text: str
    line: int


def blocks(text: str, language: str) -> list[Block]:
    """Return the blocks of *text* in *language* that are to be tried."""
    fences = [found for found in FENCE.finditer(text) if not found["reason"] and found["language"] == language]
    return [Block(language, found["text"], text.count("\n", 0, found.start("text")) + 1) for found in fences]


def program(text: str) -> str:
    """Return the Python blocks of *text* as one program, each line where the document has it, for tracebacks say it."""
    source = ""
    for block in blocks(text, "python"):
        source += "\n" * (block.line - 1 - source.count("\n")) + block.text
    return source


def commands(text: str) -> list[list[str]]:
    """Return the words of every command that *text* says to type: in sh blocks, or after `$ ` in console."""
    typed = [line for block in blocks(text, "sh") for line in joined(block)]
    typed += [line[2:] for block in blocks(text, "console") for line in joined(block) if line.startswith("$ ")]
    return [command for line in typed for command in simple_commands(line)]


def simple_commands(line: str) -> list[list[str]]:
    """Split a shell line at its operators, and drop the environment's settings before each command."""
    words = shlex.shlex(line, posix=True, punctuation_chars=OPERATORS)
    words.whitespace_split = True
    groups = itertools.groupby(words, key=lambda word: not word.strip(OPERATORS))
    parts = [list(group) for is_operator, group in groups if not is_operator]
    named = [list(itertools.dropwhile(SETTING.match, part)) for part in parts]
    return [command for command in named if command]  # `NAME=value` alone is none


def joined(block: Block) -> list[str]:
    return block.text.replace("\\\n", " ").splitlines()


def missing_links(document: Path) -> list[str]:
    """Return the links of *document* to files that are not there."""
    targets = [found["target"] for found in LINK.finditer(document.read_text())]
    return [target for target in targets if not (document.parent / target).exists()]
