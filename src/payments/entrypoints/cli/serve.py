"""Commands that run until they are stopped: serve, worker."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import attrs
from cyclopts import Parameter

from payments.entrypoints.cli.common import DEFAULT, Common, say

if TYPE_CHECKING:
    from payments.entrypoints.settings import Settings


def serve(
    *,
    host: str | None = None,
    port: int | None = None,
    with_worker: Annotated[bool, Parameter(negative="")] = False,
    processes: int = 1,
    common: Common = DEFAULT,
) -> None:
    """`payments serve`.

    Parameters
    ----------
    host
        The address to listen on; overrides http.host.
    port
        The port to listen on; overrides http.port. 0 takes a free port.
    with_worker
        Also run a worker in this process: enough for a shop on one machine.
    processes
        How many processes serve, each on a core of its own. More than one needs PostgreSQL.
    """
    from payments.entrypoints.console.mounting import console_of
    from payments.entrypoints.http import serving
    from payments.entrypoints.logs import set_up_logging
    from payments.entrypoints.providers import check_at_start
    from payments.entrypoints.rotation.reloading import Source

    source = Source.of(common.config)
    settings = source.loaded
    set_up_logging(settings.log_format)
    check_at_start(settings)
    http = attrs.evolve(
        settings.http,
        host=settings.http.host if host is None else host,
        port=settings.http.port if port is None else port,
    )
    settings = attrs.evolve(settings, http=http)
    serving.serve(settings, _announce, with_worker=with_worker, processes=processes, pages=console_of, source=source)


def worker(*, heartbeat: Path | None = None, common: Common = DEFAULT) -> int:
    """`payments worker`.

    Parameters
    ----------
    heartbeat
        A file to write every few seconds while all loops are healthy, for a probe.
    """
    from payments.entrypoints.bootstrap import opened
    from payments.entrypoints.logs import set_up_logging
    from payments.entrypoints.providers import check_at_start
    from payments.entrypoints.rotation.reloading import Reloading, Source
    from payments.entrypoints.rotation.renewals import Renewals
    from payments.entrypoints.rotation.watching import watching
    from payments.entrypoints.settings import with_secret
    from payments.entrypoints.worker import Worker
    from payments.entrypoints.worker import serve as run_worker

    source, renewals = Source.of(common.config), Renewals()
    settings = with_secret(source.loaded)
    set_up_logging(settings.log_format)
    check_at_start(settings)
    reloading = Reloading(source=source, renewals=renewals, running=settings)
    with opened(settings, renewals=renewals) as service, watching(reloading):
        return run_worker(Worker.of(service, heartbeat=heartbeat))


def _announce(settings: "Settings") -> None:
    from payments.entrypoints.settings import public_url

    money = "real money" if settings.mode == "live" else "test money only"
    say(f"payments API ({money}) at {public_url(settings)}, documented at {public_url(settings)}/docs")
    if not settings.http.secret.get_secret_value():
        say("http.secret is not set: client tokens expire when this process ends, and other processes reject them.")
