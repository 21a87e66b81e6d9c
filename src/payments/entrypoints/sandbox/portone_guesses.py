"""PortOneGuesses: every choice that V2's documentation leaves open; the first variant is the default."""

from typing import Any, Literal

import attrs

from payments.entrypoints.sandbox.guesses import choice, wording


@attrs.define(kw_only=True)
class PortOneGuesses:
    """The undocumented choices; assigning a value that is not a variant raises ValueError."""

    registered_payment: Literal["unknown", "READY"] = choice(
        "unknown", "READY", why="what a look-up says of a payment that was only registered"
    )
    register_again: Literal["overwrites", "refused"] = choice(
        "overwrites", "refused", why="a second pre-registration of an id with other values"
    )
    shown_attempt: Literal["captured", "newest"] = choice(
        "captured", "newest", why="which of several attempts a payment shows: the captured one if any, or the newest"
    )
    transactions_order: Literal["oldest first", "newest first"] = choice(
        "oldest first", "newest first", why="the order of a payment's attempts"
    )
    account_over: Literal["FAILED", "CANCELLED"] = choice(
        "FAILED", "CANCELLED", why="the status of an account that was closed or whose deadline has passed"
    )
    account_after_due: Literal["is over", "waits on"] = choice(
        "is over", "waits on", why="an issued account whose deadline has passed"
    )
    list_ends: Literal["until exclusive", "both inclusive"] = choice(
        "until exclusive", "both inclusive", why="whether a list holds what happened exactly at its end"
    )
    list_sort: Literal["STATUS_CHANGED_AT", "REQUESTED_AT"] = choice(
        "STATUS_CHANGED_AT", "REQUESTED_AT", why="how a list is sorted by default, the newest first"
    )
    size_over_max: Literal["refused", "capped"] = choice("refused", "capped", why="a page of more than 1000 rows")
    test_filter: Literal["only", "included"] = choice(
        "only", "included", why="whether `isTest: true` lists test payments only, or also them"
    )
    failed_channel: Literal["shown", "left out"] = choice(
        "shown", "left out", why="the optional `channel` of READY and FAILED payments"
    )
    query_or_body: Literal["query", "body"] = choice(
        "query", "body", why="which one counts where a list is asked for in both"
    )
    idempotency_misuse: Literal["refused", "stored answer"] = choice(
        "refused", "stored answer", why="another request with the key of an earlier one"
    )
    idempotency_scope: Literal["secret", "path"] = choice(
        "secret", "path", why="within what a key must be unique: all calls of a secret, or those of one address"
    )
    requested_cancel: Literal["lowers", "leaves"] = choice(
        "lowers", "leaves", why="what a cancel that is not done yet does to the amount that can be cancelled"
    )
    cancel_tax: Literal["checked", "unchecked"] = choice(
        "checked", "unchecked", why="a cancel whose taxable part exceeds what is left of it"
    )
    pg_refusal: Literal["PG_PROVIDER", "FAILED"] = choice(
        "PG_PROVIDER", "FAILED", why="a cancel that the PG refuses: an error (502), or a failed cancellation (200)"
    )
    refund_account: Literal["PG_PROVIDER", "INVALID_REQUEST"] = choice(
        "PG_PROVIDER", "INVALID_REQUEST", why="the cancel of a paid virtual account without a refund account"
    )
    paid_again: Literal["never", "after a whole cancel"] = choice(
        "never", "after a whole cancel", why="whether the id of a payment that was cancelled can be paid again"
    )
    second_window: Literal["refused", "pays"] = choice(
        "refused", "pays", why="a window opened before another attempt of its payment was paid, approved after"
    )
    id_paid_in_v1: Literal["free", "taken"] = choice(
        "free", "taken", why="a payment id that is a merchant_uid paid in V1"
    )
    v1_cancel: Literal["refused", "executed"] = choice(
        "refused", "executed", why="the cancel of a V1 payment by the V2 API; refused as a payment that is not found"
    )
    id_limit: Literal["64 visible", "none"] = choice(
        "64 visible", "none", why="what a paymentId may be: 1 to 64 visible ASCII characters, or anything"
    )
    attempts_limit: Literal[0, 3] = choice(
        0, 3, why="how many attempts a payment may have before MAX_TRANSACTION_COUNT_REACHED; 0: any number"
    )
    pg_limits: Literal["kept", "none"] = choice(
        "kept", "none", why="whether a channel refuses what its PG's documents exclude; nobody lists what is checked"
    )
    limit_text: str = wording("PG사에서 허용하지 않는 요청입니다: {}", why="the message of such a refusal")
    limit_pg_code: str = wording("NOT_ALLOWED", why="the pgCode of a cancel refused so")
    webhook_success: Literal["2xx", "200"] = choice("2xx", "200", why="the answer after which a webhook is delivered")
    webhook_id: Literal["stable", "new"] = choice("stable", "new", why="the webhook-id of a repeated webhook")
    unsigned_headers: Literal["none", "id and time"] = choice(
        "none", "id and time", why="the headers of a webhook where no secret was issued"
    )
    failed_code: str = wording("FAILURE_TYPE_PG", why="code of a result when the PG refuses or the buyer leaves; seen")
    left_pg_code: str = wording("PAY_PROCESS_CANCELED", why="pgCode when the buyer leaves, as Toss Payments has it")
    left_text: str = wording("사용자가 결제를 취소하였습니다.", why="its pgMessage")
    declined_pg_code: str = wording("REJECT_CARD_COMPANY", why="pgCode of a refused approval")
    redirect_query: Literal["all", "id and failure"] = choice(
        "all", "id and failure", why="what is added to redirectUrl: the whole result, or the id and a failure's fields"
    )


def portone_variants() -> dict[str, tuple[Any, ...]]:
    """Return each guess that has variants, with them; the first is the default."""
    fields = attrs.fields(PortOneGuesses)
    return {field.name: field.metadata["variants"] for field in fields if field.metadata["variants"]}
