"""Tokens for the secret, and the banks."""

from payments.entrypoints.sandbox.api.portone.table import Answer, Line, PortOneCall
from payments.entrypoints.sandbox.payments.channels import BANKS
from payments.entrypoints.sandbox.payments.portone_channels import BANK_NAMES
from payments.entrypoints.sandbox.portone.errors import refused
from payments.entrypoints.sandbox.service import Sandbox


def login(sandbox: Sandbox, call: PortOneCall) -> Answer:
    """An access token and a refresh token for the secret."""
    return Answer(sandbox.portone.tokens.login(call.asked.text("apiSecret", required=True)))


def refresh_token(sandbox: Sandbox, call: PortOneCall) -> Answer:
    """New ones for a refresh token."""
    return Answer(sandbox.portone.tokens.refresh(call.asked.text("refreshToken", required=True)))


def get_banks(_: Sandbox, __: PortOneCall) -> Answer:
    """The banks and their Korean names."""
    named = {name: BANKS[code] for code, name in BANK_NAMES.items() if code in BANKS}
    return Answer({"items": [{"bank": bank, "name": {"ko": name}} for bank, name in named.items()]})


def get_promotion(_: Sandbox, __: PortOneCall) -> Answer:
    """No promotion: the sandbox has none."""
    raise refused("PROMOTION_NOT_FOUND")


TABLE = (
    Line("POST", "/login/api-secret", login, secret=False),
    Line("POST", "/token/refresh", refresh_token, secret=False),
    Line("GET", "/banks", get_banks, secret=False),
    Line("GET", "/promotions/{promotion_id}", get_promotion),
)
