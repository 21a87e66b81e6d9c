"""faults_of: how the channels of the settings differ from those that the provider lists."""

from collections.abc import Iterator, Sequence

from payments.adapters.iamport import ListedChannel
from payments.domain.values import Mode
from payments.entrypoints.guarding.channels import pg_known
from payments.entrypoints.settings import ChannelOptions


def faults_of(options: ChannelOptions, there: Sequence[ListedChannel], mode: Mode) -> Iterator[str]:
    """Yield what is wrong with one channel, one sentence each."""
    name = f"The channel {options.name!r}" if options.name else "The default channel"
    matching = matching_of(options, there)
    if not matching:
        named = f"channel_key {options.channel_key!r}" if options.channel_key else f"pg {options.pg!r}"
        yield f"{name} has the {named}, which the provider does not list."
        return
    found = matching[0]
    if options.pg and not _is_same_pg(options.pg, found):
        yield f"{name} has the pg {options.pg!r}, but the provider lists {found.pg}.{found.mid} under its channel_key."
    if all(one.is_test is not (mode is Mode.TEST) for one in matching):
        theirs = "a test channel" if found.is_test else "a channel for real money"
        yield f"{name} is {theirs}, and the mode is {mode}."


def hint_of(options: ChannelOptions, there: Sequence[ListedChannel]) -> str:
    """Return what to set so that the rules of the channel's PG are checked; '' if it is set."""
    matching = matching_of(options, there)
    if options.pg or not options.channel_key or not matching or not pg_known(matching[0].pg):
        return ""
    return f"Set pg of {options.name or 'the default channel'} to {matching[0].pg!r}, so that its rules are checked."


def matching_of(options: ChannelOptions, there: Sequence[ListedChannel]) -> Sequence[ListedChannel]:
    """Return the listed channels that the settings may mean: by key, else by PG; all of them if neither is set."""
    if options.channel_key:
        return [one for one in there if one.key == options.channel_key]
    provider, _, mid = options.pg.partition(".")
    return [one for one in there if provider in ("", one.pg) and mid in ("", one.mid)]


def _is_same_pg(code: str, found: ListedChannel) -> bool:
    """Whether a code of the settings names the listed PG; the codes of its modules are one PG."""
    provider, _, mid = code.partition(".")
    return (provider == found.pg or pg_known(provider) == pg_known(found.pg) != "") and mid in ("", found.mid)
