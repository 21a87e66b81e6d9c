"""`./run simulate`: run seeds, tell what was counted, and make a failing seed a short story."""

import argparse
import sys
from pathlib import Path
from typing import Final

from simulation import story
from simulation.bugs import finding
from simulation.counting import Tally
from simulation.plan import PROVIDERS
from simulation.running import Order, ProgressBar, run
from simulation.stored import KINDS
from simulation.world import MOST_STEPS

DEFAULT_SEEDS: Final = "1..150"


def seeds(text: str) -> tuple[int, int]:
    """Read `A..B`, or one seed."""
    first, _, last = text.partition("..")
    return int(first), int(last or first)


def names(text: str) -> tuple[str, ...]:
    return tuple(name for name in text.split(",") if name)


def options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="./run simulate", description=__doc__)
    parser.add_argument("--seeds", type=seeds, default=DEFAULT_SEEDS, metavar="A..B", help="which worlds to run")
    parser.add_argument("--store", choices=KINDS, default="memory", help="what the shop keeps its payments in")
    parser.add_argument("--provider", choices=list(PROVIDERS), default="v1", help="the shop's provider, or both")
    parser.add_argument("--seconds", type=float, help="stop after so much time")
    parser.add_argument("--steps", type=int, help="stop after so many steps")
    parser.add_argument("--jobs", type=int, help="processes; by default one for each core")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write what was counted to FILE")
    parser.add_argument("--sum", type=Path, nargs="+", metavar="FILE", help="add up the JSON of several parts")
    parser.add_argument("--marks", action="store_true", help="fail if one of the marks was not hit")
    parser.add_argument("--people", type=names, default=(), metavar="1,2", help="leave out all others")
    parser.add_argument("--without", type=names, default=(), metavar="kills,lag", help="leave out these faults")
    parser.add_argument("--salt", type=int, default=0, help="another order of events for the same seeds")
    parser.add_argument("--bugs", nargs="?", const="", metavar="NAME", help="plant bugs, and find each of them")
    parser.add_argument("--fresh", type=int, default=0, metavar="N", help="with --bugs: search in N fresh seeds")
    return parser


def main(arguments: list[str]) -> int:
    given = options().parse_args(arguments)
    if given.sum:
        return _told(Tally.read(given.sum), given)
    if given.bugs is not None:
        return finding.main(given.bugs, given.fresh, given.json, given.store)
    first, last = given.seeds if isinstance(given.seeds, tuple) else seeds(given.seeds)
    jobs = {"jobs": given.jobs} if given.jobs else {"jobs": 1} if first == last else {}
    order = Order(
        first=first,
        last=last,
        store=given.store,
        provider=given.provider,
        seconds=given.seconds,
        steps=given.steps,
        people=tuple(map(int, given.people)),
        without=given.without,
        salt=given.salt,
        **jobs,
    )
    tally = run(order, ProgressBar(order))
    code = _told(tally, given)
    if tally.failures:
        _tell_story(order, tally.failures[0])
    return code


def _told(tally: Tally, given: argparse.Namespace) -> int:
    print(file=sys.stderr)
    print(tally.table())
    if given.json:
        given.json.parent.mkdir(parents=True, exist_ok=True)
        given.json.write_text(tally.as_json(), "utf-8")
    return 1 if tally.failures or (given.marks and tally.missing_marks) else 0


def _tell_story(order: Order, failure: dict[str, str]) -> None:
    seed = int(failure["seed"])
    plan = order.plan(seed)
    print(f"\nSeed {seed} breaks a law. Its story is being made shorter ...", file=sys.stderr)
    if not story.broken_law(plan, order.store, MOST_STEPS):
        print(f"./run simulate {plan.command} --store {order.store}   (it does not come to rest)")
        return
    found = story.shortened(plan, failure["law"], order.store)
    print(story.told(found, order.store))
    print(f"\nThe whole world:   ./run simulate {plan.command} --store {order.store}")
    print(f"The short story:   {found.command(order.store)}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
