"""Calls about captures under our prefix without a payment here. For the shop's server alone."""

from typing import Final

from payments.domain.errors import ConcurrentUpdate, PaymentNotFound
from payments.domain.values import GatewayId
from payments.entrypoints.http.operations import Answer, Call, Lane, operation
from payments.entrypoints.http.shapes.cursors import page_of, read_cursor
from payments.entrypoints.http.shapes.inputs import HoldOrphan, StrayPage
from payments.entrypoints.service import Service
from payments.entrypoints.stray_views import OrphansView, OrphanView, orphan_view


@operation(
    "GET",
    "/orphans",
    tag="orphans",
    lane=Lane.STORE,
    query=StrayPage,
    answers={200: ("Captures without a payment here that nobody has decided about", OrphansView)},
)
async def listing(service: Service, call: Call) -> Answer:
    """List orphans, the latest found first"""
    query: StrayPage = call.query
    secrets = service.client_tokens.secrets
    cursor = read_cursor(secrets, "orphans", query.cursor)
    found = await service.refunds.orphans_page(call.caller, GatewayId(cursor) if cursor else None, query.limit + 1)
    shown, after = page_of(found, query.limit, secrets, "orphans", lambda one: one.gateway_id)
    return Answer(
        200,
        OrphansView(
            orphans=[orphan_view(orphan) for orphan in shown],
            next=after,
        ),
    )


@operation(
    "POST",
    "/orphans/{gateway_id}/hold",
    tag="orphans",
    lane=Lane.STORE,
    body=HoldOrphan,
    answers={200: ("Held", OrphanView)},
    problems=(PaymentNotFound, ConcurrentUpdate),
)
async def hold(service: Service, call: Call) -> Answer:
    """Note why an orphan is held"""
    body: HoldOrphan = call.body
    gateway_id = GatewayId(call.request.path["gateway_id"])
    held = await service.refunds.hold_orphan(call.caller, gateway_id, body.note, body.provider)
    return Answer(200, orphan_view(held))


OPERATIONS: Final = (listing, hold)
