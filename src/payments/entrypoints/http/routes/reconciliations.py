"""What comparing our books with the providers' lists found. For the shop's server only."""

from typing import Final

from payments.domain.errors import PaymentNotFound
from payments.entrypoints.books.comparisons import ComparisonsView, comparison_view
from payments.entrypoints.http.operations import Answer, Call, Lane, operation
from payments.entrypoints.http.shapes.cursors import page_of, read_cursor
from payments.entrypoints.http.shapes.errors import Malformed
from payments.entrypoints.http.shapes.inputs import StrayPage
from payments.entrypoints.service import Service

_SCOPE: Final = "reconciliations"


@operation(
    "GET",
    "/reconciliations",
    tag="reports",
    lane=Lane.STORE,
    query=StrayPage,
    answers={200: ("What `payments reconcile` found", ComparisonsView)},
)
async def listing(service: Service, call: Call) -> Answer:
    """List what comparing our books with the provider's list found, the latest first"""
    query: StrayPage = call.query
    secrets = service.client_tokens.secrets
    try:
        found = await service.comparing.comparisons.page(read_cursor(secrets, _SCOPE, query.cursor), query.limit + 1)
    except PaymentNotFound:
        raise Malformed("The reconciliation of this cursor does not exist. Start again without a cursor.") from None
    shown, after = page_of(found, query.limit, secrets, _SCOPE, lambda one: one.id)
    return Answer(
        200,
        ComparisonsView(
            reconciliations=[comparison_view(one) for one in shown],
            next=after,
        ),
    )


OPERATIONS: Final = (listing,)
