"""The document tells of every route, and of every problem by its slug."""

import json

import pytest
from support.api import api_settings

from payments.adapters.memory.gateway import MemoryGateway
from payments.domain.errors import PaymentsError
from payments.entrypoints.bootstrap import opened
from payments.entrypoints.http.app import OPERATIONS, http_app
from payments.entrypoints.http.openapi import document
from payments.entrypoints.http.shapes.problems import TABLE, row_of
from payments.entrypoints.http.static.files import FILES

DOCUMENT = document(OPERATIONS)


def test_every_route_is_in_the_document():
    with opened(api_settings(), gateway=MemoryGateway()) as service:
        app = http_app(service)
    routes = {(route.path, method.lower()) for route in app.routes for method in route.methods - {"HEAD"}}
    told = {(path, method) for path, methods in DOCUMENT["paths"].items() for method in methods}
    files = {(path, "get") for path in [*FILES, "/openapi.json"]}
    assert routes == told | files


def test_every_reference_leads_somewhere():
    text = json.dumps(DOCUMENT)
    named = {part.split('"')[0] for part in text.split("#/components/schemas/")[1:]}
    assert named == DOCUMENT["components"]["schemas"].keys()


def test_operation_ids_are_unique():
    ids = [operation["operationId"] for path in DOCUMENT["paths"].values() for operation in path.values()]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda o: f"{o.method} {o.path}")
def test_every_problem_of_an_operation_is_told_under_its_status(operation):
    told = DOCUMENT["paths"][operation.path][operation.method.lower()]
    assert told["summary"]
    for error in operation.problems:
        problem = told["responses"][str(row_of(error).status)]["content"]["application/problem+json"]
        assert error.slug in problem["schema"]["properties"]["slug"]["enum"]
    assert bool(told["security"]) is bool(operation.callers)


def test_no_slug_is_told_that_no_error_has():
    def slugs(error: type[PaymentsError]) -> set[str]:
        return {error.slug}

    known = set().union(*(slugs(error) for error in TABLE))
    told = set()
    for path in DOCUMENT["paths"].values():
        for operation in path.values():
            for response in operation["responses"].values():
                for content in response.get("content", {}).values():
                    told |= set(content["schema"].get("properties", {}).get("slug", {}).get("enum", []))
    assert told <= known
