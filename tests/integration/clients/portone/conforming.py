"""Document: an OpenAPI document of V2, and what an answer has that it does not say.

Discriminators come first: their properties are plain strings there, so a union would match several of its members. No
object forbids further keys, so strays are looked for here; what the provider has added since is listed.
"""

import re
from collections.abc import Iterator
from typing import Any, Final

import attrs

LATER_KEYS: Final = {
    "origin",
    "cancellations",
    "cashReceiptIssuanceStatus",
    "birthMonth",
    "birthDay",
    "isInterestFreeFromMerchant",
}
LATER_VALUES: Final = {"CHARGEBACK", "ASYNC_PAY_PENDING"}
LATER_TYPES: Final = {"MAX_CANCEL_COUNT_REACHED": 409, "IDEMPOTENCY_OUTSTANDING_REQUEST": 409}
MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
KINDS: Final = {"string": str, "integer": int, "number": (int, float), "boolean": bool, "object": dict, "array": list}


@attrs.frozen
class Document:
    """The document, and its schemas by name."""

    content: dict[str, Any] = attrs.field(repr=False)

    def operations(self) -> set[tuple[str, str]]:
        """Return the methods and paths."""
        paths = self.content["paths"].items()
        return {(method.upper(), path) for path, at in paths for method in at if method in METHODS}

    def problems(self, method: str, path: str, status: int, body: Any) -> list[str]:
        """Return what is wrong with an answer of an operation, [] if nothing is."""
        responses = self.content["paths"][path][method.lower()]["responses"]
        if status == 200:
            return list(self._wrong(body, _schema_of(responses["200"]), "$"))
        if body.get("type") in LATER_TYPES:
            return [] if LATER_TYPES[body["type"]] == status else [f"{body['type']} with {status}"]
        if str(status) not in responses:
            return [f"no answer with {status}"]
        return self._wrong_error(body, status, _schema_of(responses[str(status)]))

    def _wrong_error(self, body: Any, status: int, schema: dict[str, Any]) -> list[str]:
        union = self._resolved(schema)
        known = union["discriminator"]["mapping"].get(body.get("type"))
        if known is None:
            return [f"{body.get('type')} is no error of this operation"]
        member = self._resolved({"$ref": known})
        said = member.get("x-portone-status-code", status)
        wrong = list(self._wrong(body, member, "$"))
        return wrong if said == status else [*wrong, f"{body['type']} has {said}, not {status}"]

    def _resolved(self, schema: dict[str, Any]) -> dict[str, Any]:
        while "$ref" in schema:
            schema = self.content["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
        return schema

    def _wrong(self, value: Any, schema: dict[str, Any], at: str) -> Iterator[str]:
        schema = self._resolved(schema)
        if "discriminator" in schema:
            name, mapping = schema["discriminator"]["propertyName"], schema["discriminator"]["mapping"]
            if not isinstance(value, dict) or value.get(name) not in mapping:
                yield f"{at}: no member of the union by {name}: {value}"
                return
            schema = self._resolved({"$ref": mapping[value[name]]})
        kind = schema.get("type", "object" if "properties" in schema else None)
        if kind and (not isinstance(value, KINDS[kind]) or (isinstance(value, bool) and kind != "boolean")):
            yield f"{at}: {value!r} is no {kind}"
        elif kind == "object":
            yield from self._wrong_object(value, schema, at)
        elif kind == "array":
            for number, item in enumerate(value):
                yield from self._wrong(item, schema["items"], f"{at}[{number}]")
        elif schema.get("format") == "date-time" and not MOMENT.fullmatch(value):
            yield f"{at}: {value!r} is no time in UTC"
        elif "enum" in schema and value not in schema["enum"] and value not in LATER_VALUES:
            yield f"{at}: {value!r} is none of its values"

    def _wrong_object(self, value: dict[str, Any], schema: dict[str, Any], at: str) -> Iterator[str]:
        properties = schema.get("properties", {})
        for name in schema.get("required", []):
            if name not in value:
                yield f"{at}.{name}: missing"
        for name, inner in value.items():
            if name in properties:
                yield from self._wrong(inner, properties[name], f"{at}.{name}")
            elif name not in LATER_KEYS:
                yield f"{at}.{name}: a stray key"


METHODS: Final = ("get", "post", "put", "patch", "delete")


def _schema_of(response: dict[str, Any]) -> dict[str, Any]:
    schema: dict[str, Any] = response["content"]["application/json"]["schema"]
    return schema
