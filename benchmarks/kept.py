"""What a benchmark found, kept as JSON in artifacts/bench/, and told with whether it is within its limits."""

import json
from pathlib import Path
from typing import Final

import attrs

ROOM: Final = Path(__file__).resolve().parent.parent / "artifacts" / "bench"


@attrs.frozen
class Limit:
    """A figure and the most (or least) that it may be."""

    name: str
    found: float
    most: float | None = None
    least: float | None = None

    @property
    def is_kept(self) -> bool:
        return (self.most is None or self.found <= self.most) and (self.least is None or self.found >= self.least)

    def __str__(self) -> str:
        bound = f"at most {self.most:g}" if self.most is not None else f"at least {self.least:g}"
        return f"  {'ok  ' if self.is_kept else 'OVER'} {self.name}: {self.found:.2f} ({bound})"


def keep(name: str, figures: dict[str, object], limits: list[Limit]) -> Path:
    """Print *limits*, and write them with *figures* to a file whose path is returned."""
    for limit in limits:
        print(limit, flush=True)
    ROOM.mkdir(parents=True, exist_ok=True)
    path = ROOM / f"{name}.json"
    told = [{**attrs.asdict(limit), "kept": limit.is_kept} for limit in limits]
    path.write_text(json.dumps({"figures": figures, "limits": told}, indent=1, ensure_ascii=False) + "\n")
    print(f"  kept in {path.relative_to(ROOM.parent.parent)}", flush=True)
    return path
