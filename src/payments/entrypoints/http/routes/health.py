"""Probes and metrics for operators and load balancers."""

from typing import Final

from payments.entrypoints.http.operations import Answer, Call, Lane, operation
from payments.entrypoints.http.shapes.errors import NoSuchPage
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
    return Answer(200, HealthView(status="ready", provider=service.provider_state))


@operation(
    "GET",
    "/metrics",
    tag="health",
    lane=Lane.PROBES,
    answers={200: ("Metrics in the text format of Prometheus", str)},
    text_type="text/plain",
    problems=(NoSuchPage,),
)
async def metrics(service: Service, _: Call) -> Answer:
    """Read the metrics of this process, and how much waits in the database"""
    if service.metrics is None:
        raise NoSuchPage("This address does not exist: prometheus-client, of the extra `metrics`, is not installed.")
    text = await service.metrics.text(service.clock.now(), service.backlog, service.provider_states())
    return Answer(200, text, {"Content-Type": service.metrics.media_type})


OPERATIONS: Final = (alive, ready, metrics)
