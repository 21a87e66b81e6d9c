"""Probes for operators and load balancers."""

from typing import Final

from payments.entrypoints.http.operations import Answer, Call, Lane, operation
from payments.entrypoints.service import NotReady, Service
from payments.entrypoints.views import HealthView


@operation("GET", "/healthz", tag="health", lane=Lane.LOOP, answers={200: ("Alive", HealthView)})
async def alive(_: Service, __: Call) -> Answer:
    """Check that the process answers"""
    return Answer(200, HealthView(status="ok"))


@operation(
    "GET",
    "/readyz",
    tag="health",
    lane=Lane.PROBES,
    answers={200: ("Ready", HealthView)},
    problems=(NotReady,),
)
async def ready(service: Service, _: Call) -> Answer:
    """Check that the service can take traffic: the database is writable and its schema is current"""
    await service.ready()
    return Answer(200, HealthView(status="ready", provider=service.provider_state()))


OPERATIONS: Final = (alive, ready)
