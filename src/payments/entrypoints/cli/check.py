"""The command `payments check`: what keeps a shop from taking payments, one sentence for each part."""

from collections.abc import Iterator

import attrs

from payments.domain.errors import PaymentsError
from payments.entrypoints.blocking import run
from payments.entrypoints.checking import parts
from payments.entrypoints.checking.parts import Result
from payments.entrypoints.cli.app import REFUSED
from payments.entrypoints.cli.common import DEFAULT, Common, print_json, say
from payments.entrypoints.settings import Settings, load_settings


def check(*, common: Common = DEFAULT) -> int:
    """`payments check`."""
    results = list(_results(common))
    if common.json:
        print_json([attrs.asdict(result) for result in results])
    else:
        say(*(f"{'ok' if one.ok else 'WRONG':5}  {one.part:8}  {one.sentence}" for one in results))
    return 0 if all(one.ok for one in results) else REFUSED


def _results(common: Common) -> Iterator[Result]:
    try:
        settings = load_settings(common.config)
    except PaymentsError as error:
        yield Result("settings", ok=False, sentence=str(error).replace("\n", " "))
        return
    yield parts.of_settings(settings)
    yield from _store(settings)
    yield from parts.of_providers(settings)


def _store(settings: Settings) -> Iterator[Result]:
    from payments.entrypoints.bootstrap import opened_store

    try:
        with opened_store(settings) as store:
            yield run(parts.of_database(store.health()))
            yield run(parts.of_audit(store.people.audit))
    except PaymentsError as error:  # it could not be opened
        yield parts.failed("database", error)
