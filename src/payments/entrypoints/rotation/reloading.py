"""Reloading: loads the settings again in a running process, and renews what is made of their secrets."""

import logging
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Self

import attrs

from payments.domain.errors import CredentialsRefused, PaymentsError
from payments.entrypoints.display import one_line
from payments.entrypoints.providers import accounts_of, ask_provider
from payments.entrypoints.rotation.changes import changes, with_changes
from payments.entrypoints.rotation.renewals import Renewals
from payments.entrypoints.service import BadSettings, Service
from payments.entrypoints.settings import Settings, load_settings
from payments.entrypoints.settings.sources import files_of

log = logging.getLogger("payments.settings")

Stamp = tuple[int, int, int] | None


@attrs.frozen
class Source:
    """Where a process has its settings from, as they were when it started. `stamps` are the states of their files."""

    load: Callable[[], Settings]
    files: Callable[[], Sequence[Path]]
    loaded: Settings
    stamps: Sequence[Stamp]

    @classmethod
    def of(cls, config: Path | None = None) -> Self:
        """Load the settings of *config* and the environment. Raises BadSettings."""
        return cls.by(lambda: load_settings(config), lambda: files_of(config))

    @classmethod
    def by(cls, load: Callable[[], Settings], files: Callable[[], Sequence[Path]]) -> Self:
        """Load the settings with *load*, which reads *files*. Raises what it raises."""
        stamps = tuple(map(stamp_of, files()))  # before they are read: a later change shows
        return cls(load, files, load(), stamps)


@attrs.define(eq=False, kw_only=True)
class Reloading:
    """The settings of one process. *running* are those it works with: options of the command line included.

    *tell* gets whether the settings that were read last could be used.
    """

    source: Source
    renewals: Renewals
    running: Settings
    tell: Callable[[bool], None] = lambda _: None
    _loaded: Settings = attrs.field(init=False)

    @classmethod
    def shown(cls, source: Source, renewals: Renewals, running: Settings, service: Service) -> Self:
        """Return one whose outcome the metrics of *service* show."""
        tell = {"tell": service.metrics.settings_read} if service.metrics else {}
        return cls(source=source, renewals=renewals, running=running, **tell)

    def __attrs_post_init__(self) -> None:
        self._loaded = self.source.loaded

    def reload(self) -> bool:
        """Take new secrets. False, with an error in the log, if something is wrong: then nothing is changed."""
        done = False
        try:
            self._take(self.source.load())
            done = True
        except PaymentsError as error:
            said = one_line(str(error).replace("Nothing was started.", "").strip())
            log.error("No secret was replaced; the old ones stay in use. %s", said)  # noqa: TRY400 - the sentence is enough
        finally:
            self.tell(done)
        return done

    def _take(self, fresh: Settings) -> None:
        found = changes(self._loaded, fresh)
        running = with_changes(self.running, fresh, found.now)
        _ask_providers(running, found.now)
        self.renewals.renew(running)
        self.running, self._loaded = running, fresh
        if found.now:
            log.warning("Replaced without a restart: %s.", ", ".join(found.now))
        if found.at_restart:
            log.warning("Changed too, and used from the next start on: %s.", ", ".join(found.at_restart))
        if not (found.now or found.at_restart):
            log.info("The settings were read again: nothing has changed.")


def stamp_of(file: Path) -> Stamp:
    """Return what differs when a file was written or replaced; None if there is none."""
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns


def _ask_providers(settings: Settings, changed: Sequence[str]) -> None:
    """Raises BadSettings if a provider refuses its new keys, and GatewayError if it cannot be asked."""
    for name, account in accounts_of(settings).items():
        options = settings.accounts[name]
        if options.check_at_start and options.asked_for.intersection(changed):
            try:
                ask_provider(account)
            except CredentialsRefused as error:
                raise BadSettings(f"{account.title} refuses the new {options.keys}. {error}") from None
