"""Commands about operators: the people who may log in to the console."""

import getpass
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from payments.domain.access import Scope
from payments.domain.errors import BadInput
from payments.domain.people.operators import Operator
from payments.entrypoints import display
from payments.entrypoints.blocking import run
from payments.entrypoints.cli.common import DEFAULT, Common, operator, print_json, say, stored, table
from payments.entrypoints.cli.words import word

if TYPE_CHECKING:
    from payments.entrypoints.people.managing import Managing


@contextmanager
def _managing(common: Common) -> "Iterator[Managing]":
    from payments.entrypoints.bootstrap import opened_store
    from payments.entrypoints.people.wiring import managing_at_a_shell
    from payments.entrypoints.settings import load_settings

    settings = load_settings(common.config)
    with opened_store(settings) as store:
        yield managing_at_a_shell(store, settings)


def create(
    name: str,
    *,
    scope: Annotated[tuple[Scope, ...], Parameter(negative="")] = (Scope.READ,),
    generate: Annotated[bool, Parameter(negative="")] = False,
    common: Common = DEFAULT,
) -> None:
    """`payments operators create`.

    Parameters
    ----------
    name
        The person's name. It appears in the timelines of payments.
    scope
        What the operator may do: read, pay, refund or admin; repeat it for several. admin includes the others.
    generate
        Make a password and print it, instead of asking for one.
    """
    with _managing(common) as people:
        password = _password(generate=generate)
        created = run(people.create(operator(), name, password, frozenset(scope)))
    if common.json:
        print_json(_fields(created) | ({"password": password} if generate else {}))
        return
    if generate:
        say(password)
    else:
        say(word("operator created", common.language, name=name))


def password(name: str, *, generate: Annotated[bool, Parameter(negative="")] = False, common: Common = DEFAULT) -> None:
    """`payments operators password`.

    Parameters
    ----------
    name
        The operator, whose sessions end.
    generate
        Make a password and print it, instead of asking for one.
    """
    with _managing(common) as people:
        new = _password(generate=generate)
        run(people.set_password(operator(), name, new))
    if common.json:
        print_json({"name": name} | ({"password": new} if generate else {}))
    else:
        say(new if generate else word("password changed", common.language, name=name))


def codes(name: str, *, off: Annotated[bool, Parameter(negative="")] = False, common: Common = DEFAULT) -> None:
    """`payments operators codes`.

    Parameters
    ----------
    name
        The operator, whose sessions end.
    off
        Ask no one-time codes any more.
    """
    from payments.entrypoints.people.codes import address

    with _managing(common) as people:
        if off:
            run(people.stop_codes(operator(), name))
            say(word("codes off", common.language, name=name))
            return
        secret = run(people.require_codes(operator(), name))
    if common.json:
        print_json({"name": name, "secret": secret, "address": address(secret, name)})
    else:
        say(secret, address(secret, name))


def list_(*, common: Common = DEFAULT) -> None:
    """`payments operators list`."""
    with stored(common) as store:
        found = run(store.people.operators.list())
    if common.json:
        print_json({"operators": [_fields(one) for one in found]})
        return
    if not found:
        say(word("none", common.language))
        return
    heads = [word(each, common.language) for each in ("name", "scopes", "codes", "created", "revoked")]
    table([heads, *([one.name, *_cells(one, common)] for one in found)])


def revoke(name: str, *, common: Common = DEFAULT) -> None:
    """`payments operators revoke`.

    Parameters
    ----------
    name
        The operator. All sessions end at once, and the name is never used again.
    """
    with _managing(common) as people:
        run(people.revoke(operator(), name))
    if common.json:
        print_json({"revoked": True})
    else:
        say(word("operator revoked", common.language, name=name))


def _password(*, generate: bool) -> str:
    """Return a new password, what a person types twice, or the first line of a script."""
    from payments.entrypoints.people.passwords import new_password

    if generate:
        return new_password()
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    given = getpass.getpass("Password: ")
    if getpass.getpass("Again: ") != given:
        raise BadInput("The two passwords differ. Nothing was changed.")
    return given


def _fields(one: Operator) -> dict[str, object]:
    return {
        "name": one.name,
        "scopes": sorted(one.scopes),
        "codes": bool(one.otp),
        "created_at": one.created_at,
        "revoked_at": one.revoked_at,
    }


def _cells(one: Operator, common: Common) -> list[str]:
    times = [display.moment(at, common.language) if at else "" for at in (one.created_at, one.revoked_at)]
    return [",".join(sorted(one.scopes)), "●" if one.otp else "", *times]
