"""The OpenAPI 3.1 document, made from the same operations as the routes, so it is always complete."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from importlib.metadata import version
from typing import Any, Final

import msgspec

from payments.domain.access import KeyInProgress, KeyReused
from payments.domain.errors import PaymentsError, StorageUnavailable
from payments.entrypoints.http.edge.auth import Who
from payments.entrypoints.http.operations import Operation, Shape
from payments.entrypoints.http.shapes.errors import (
    BodyTooLarge,
    Busy,
    Malformed,
    NotAllowed,
    Stopping,
    TooSlow,
    Unauthenticated,
    Unexpected,
    UnsupportedMediaType,
)
from payments.entrypoints.http.shapes.problems import MEDIA_TYPE, Problem, row_of
from payments.entrypoints.limits import TooManyRequests
from payments.entrypoints.tokens import BadToken

_SCHEMES: Final = {
    Who.BUYER: (
        "JWT",
        "A buyer's JWT, signed by the shop. `sub` is the buyer; issuer, audience and expiry are verified.",
    ),
    Who.SHOP: ("pk_…", "An API key for the shop's server, created with `payments keys create`."),
    Who.CLIENT: ("ct_…", "A client token: a browser may use it to read, complete and abandon one payment."),
}
_TAGS: Final = {
    "payments": "A buyer pays: begin, open the window, complete or abandon.",
    "refunds": "Refunds. For the shop's server.",
    "strays": "Captures that do not count as payment: a wrong amount, a duplicate, too late, or test money.",
    "orphans": "Captures under our prefix without a payment here. They are held.",
    "reports": "What an accountant needs. For the shop's server.",
    "channels": "What the contracts with payment companies allow. For the shop's server.",
    "provider": "Where the provider and its window call back. Their content is only a hint and is never trusted.",
    "health": "Probes for operators and load balancers.",
}
_KEY_PARAMETER: Final = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "A request repeated with the same key within 7 days is executed once and gets the same response.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[\\x21-\\x7e]+$"},
}


def document(operations: Sequence[Operation], root_path: str = "") -> dict[str, Any]:
    """Return the document of *operations*, which are served below *root_path*."""
    shapes = {shape for operation in operations for shape in _shapes(operation)}
    ordered = sorted(shapes | {Problem}, key=lambda shape: shape.__name__)
    _, components = msgspec.json.schema_components(ordered, ref_template="#/components/schemas/{name}")
    paths: dict[str, dict[str, Any]] = defaultdict(dict)
    for operation in operations:
        paths[operation.path][operation.method.lower()] = _operation(operation)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "payments",
            "version": version("payments-kr"),
            "description": "Take payments in Korea. Amounts are whole minor units (won, cents), times are in UTC.",
        },
        **({"servers": [{"url": root_path}]} if root_path else {}),
        "tags": [{"name": name, "description": text} for name, text in _TAGS.items()],
        "paths": dict(paths),
        "components": {"schemas": components, "securitySchemes": _security_schemes()},
    }


def _shapes(operation: Operation) -> Iterable[Shape]:
    yield from operation.bodies.values()
    if operation.body:
        yield operation.body
    for _, shape in operation.answers.values():
        if shape is not None and shape is not str:
            yield shape  # type: ignore[misc]  # an answer that is not text is a Struct


def _operation(operation: Operation) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": f"{operation.tag}.{operation.handler.__name__}",
        "tags": [operation.tag],
        "summary": operation.summary,
        "parameters": _parameters(operation),
        "responses": _responses(operation),
    }
    if operation.takes_body:
        described["requestBody"] = _request_body(operation)
    described["security"] = [{who.value: []} for who in operation.callers]
    return described


def _parameters(operation: Operation) -> list[dict[str, Any]]:
    names = [part[1:-1] for part in operation.path.split("/") if part.startswith("{")]
    found: list[dict[str, Any]] = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}} for name in names
    ]
    if operation.query:
        schema = _inline(operation.query)
        required = schema.get("required", [])
        for name, each in schema["properties"].items():
            found.append({"name": name, "in": "query", "required": name in required, "schema": _without_null(each)})
    return [*found, _KEY_PARAMETER] if operation.idempotent else found


def _inline(shape: Shape) -> dict[str, Any]:
    """Return the schema of a query, with its enums inlined."""
    _, components = msgspec.json.schema_components([shape], ref_template="{name}")

    def resolved(schema: Any) -> Any:
        if isinstance(schema, dict):
            return (
                resolved(components[schema["$ref"]])
                if "$ref" in schema
                else {k: resolved(v) for k, v in schema.items()}
            )
        return [resolved(one) for one in schema] if isinstance(schema, list) else schema

    whole: dict[str, Any] = resolved(components[shape.__name__])
    return whole


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of a parameter, which may be left out but is never null."""
    schemas = [one for one in schema.get("anyOf", []) if one != {"type": "null"}]
    return schemas[0] if len(schemas) == 1 else {name: each for name, each in schema.items() if each is not None}


def _request_body(operation: Operation) -> dict[str, Any]:
    shapes = [shape for shape in (*dict.fromkeys(operation.bodies.values()), operation.body) if shape]
    refs = [{"$ref": f"#/components/schemas/{shape.__name__}"} for shape in shapes]
    schema = refs[0] if len(refs) == 1 else {"anyOf": refs}
    kinds = ["application/json", "application/x-www-form-urlencoded"] if operation.hint else ["application/json"]
    required = any(field.required for shape in shapes for field in msgspec.structs.fields(shape))
    return {"required": required, "content": {kind: {"schema": schema} for kind in kinds}}


def _responses(operation: Operation) -> dict[str, Any]:
    responses = {
        str(status): _answer(text, shape, operation.text_type) for status, (text, shape) in operation.answers.items()
    }
    by_status: dict[int, list[type[PaymentsError]]] = defaultdict(list)
    for error in (*operation.problems, *_everywhere(operation)):
        by_status[row_of(error).status].append(error)
    for status, found in sorted(by_status.items()):
        responses[str(status)] = _problem(found)
    return responses


def _answer(text: str, shape: Any, text_type: str) -> dict[str, Any]:
    if shape is None:
        return {"description": text}
    if shape is str:
        return {"description": text, "content": {text_type: {"schema": {"type": "string"}}}}
    ref = {"$ref": f"#/components/schemas/{shape.__name__}"}
    return {"description": text, "content": {"application/json": {"schema": ref}}}


def _problem(found: list[type[PaymentsError]]) -> dict[str, Any]:
    """Return the response for all problems with the same status."""
    slugs = list(dict.fromkeys(error.slug for error in found))
    return {
        "description": " · ".join(f"`{slug}`" for slug in slugs),
        "content": {
            MEDIA_TYPE: {
                "schema": {
                    "allOf": [{"$ref": "#/components/schemas/Problem"}],
                    "properties": {"slug": {"enum": slugs}},
                }
            }
        },
    }


def _everywhere(operation: Operation) -> list[type[PaymentsError]]:
    """Return the problems that any operation like this may return."""
    found: list[type[PaymentsError]] = [Unexpected, Busy, Stopping, BodyTooLarge, TooSlow]
    if operation.is_limited:
        found += [TooManyRequests]
    if operation.callers:
        found += [Unauthenticated, BadToken, NotAllowed, StorageUnavailable]
    if operation.hint:
        return [*found, Malformed, StorageUnavailable]
    if operation.takes_body:
        found += [Malformed, UnsupportedMediaType]
    if operation.query or operation.idempotent:
        found += [Malformed]
    if operation.idempotent:
        found += [KeyInProgress, KeyReused]
    return found


def _security_schemes() -> dict[str, Any]:
    return {
        who.value: {"type": "http", "scheme": "bearer", "bearerFormat": form, "description": text}
        for who, (form, text) in _SCHEMES.items()
    }
