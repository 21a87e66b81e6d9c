"""opened_from: a service for a host program, which takes new secrets while it runs."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from payments.entrypoints.bootstrap import opened
from payments.entrypoints.rotation.reloading import Reloading, Source
from payments.entrypoints.rotation.renewals import Renewals
from payments.entrypoints.rotation.watching import watching
from payments.entrypoints.service import Service
from payments.entrypoints.settings import with_secret


@contextmanager
def opened_from(source: Source, **options: Any) -> Iterator[Service]:
    """Return a wired Service in a `with` block, and watch the files of *source* meanwhile.

    The *options*, and what is raised, are those of `opened`. SIGHUP stays the program's own.
    """
    settings, renewals = with_secret(source.loaded), Renewals()
    reloading = Reloading(source=source, renewals=renewals, running=settings)
    with opened(settings, renewals=renewals, **options) as service, watching(reloading, hangup=False):
        yield service
