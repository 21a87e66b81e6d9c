"""NAMES: every route of both generations, by the name that faults are aimed at."""

from payments.entrypoints.sandbox.api import endpoint
from payments.entrypoints.sandbox.api.portone import endpoint as portone

NAMES = endpoint.NAMES | portone.NAMES
