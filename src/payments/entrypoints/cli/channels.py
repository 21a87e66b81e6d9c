"""The command `payments channels`: what each channel may do, in sentences."""

from collections.abc import Sequence

import attrs

from payments.entrypoints.channels.told import ChannelTold
from payments.entrypoints.cli.common import DEFAULT, Common, print_json, say
from payments.entrypoints.cli.words import word
from payments.entrypoints.display import Language
from payments.entrypoints.settings import load_settings


def channels(*, common: Common = DEFAULT) -> None:
    """`payments channels`."""
    from payments.entrypoints.guarding.channels import channels_of

    told = channels_of(load_settings(common.config))()
    if common.json:
        print_json([attrs.asdict(one) for one in told])
        return
    for one in told:
        say(*_lines(one, common.language))


def _lines(told: ChannelTold, language: Language) -> Sequence[str]:
    korean = language == "ko"
    company = (told.pg_ko if korean else told.pg_en) or word("unknown pg", language)
    name = told.name or word("default channel", language)
    contract = [*told.contract, *([told.tax] if told.tax else []), *([told.product] if told.product else [])]
    lines = [f"{name}: {company} ({told.mode})"]
    if contract:
        lines.append(f"  {word('contract', language)}: {', '.join(contract)}")
    for one in told.rules:
        sentence = one.ko if korean else one.en
        off = f" [{word('rule off', language, reason=one.off)}]" if one.off else ""
        yours = "" if one.checked else f" [{word('rule yours', language)}]"
        lines.append(f"  {one.level:5}  {sentence} ({one.rule}){off}{yours}")
    return [*lines, ""]
