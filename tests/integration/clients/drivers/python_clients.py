"""The other end of remote.py for Python: runs in the clients' own environment and needs nothing but them."""

import asyncio
import importlib
import inspect
import json
import sys

things = []


def data(value):
    """Return *value* as JSON knows it: an object becomes its attributes and properties."""
    properties = [name for name, kind in vars(type(value)).items() if isinstance(kind, property)]
    return {**vars(value), **{name: getattr(value, name) for name in properties}}


def there(value):
    """Return *value* with the things it names in the place of their numbers."""
    if isinstance(value, dict):
        return things[value["$"]] if set(value) == {"$"} else {name: there(item) for name, item in value.items()}
    return [there(item) for item in value] if isinstance(value, list) else value


def keep(thing):
    things.append(thing)
    return len(things) - 1


async def do(command):
    if command["op"] == "load":
        return keep(importlib.import_module(command["name"]))
    target = things[command["on"]]
    for name in command["path"]:
        target = getattr(target, name)
    if command["op"] == "value":
        return target
    if command["op"] == "names":
        kind = type(target)
        return [name for name in dir(kind) if not name.startswith("_") and callable(getattr(kind, name))]
    result = target(*there(command["args"]), **there(command["kwargs"]))
    if inspect.isawaitable(result):
        result = await result
    return keep(result) if command["op"] == "keep" else result


async def answer(line):
    try:
        return json.dumps({"value": await do(json.loads(line))}, default=data)
    except Exception as error:  # noqa: BLE001 - whatever a client throws is its answer
        thrown = {"kind": type(error).__name__, "text": str(error), "attributes": vars(error)}
        return json.dumps({"thrown": thrown}, default=data)


async def main():
    """Answer line by line in one event loop, so that an asynchronous client keeps its connections."""
    loop = asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        sys.stdout.write(await answer(line) + "\n")
        sys.stdout.flush()


asyncio.run(main())
