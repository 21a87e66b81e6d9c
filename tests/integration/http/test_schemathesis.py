"""schemathesis reads the OpenAPI document and tries to catch the API at something that it does not say.

It does not notice a missing 415, Allow header or problem document: those have tests of their own.
"""

import itertools
from collections.abc import Iterator

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from support.api import RunningApi, bearer, running_api
from support.patience import EVENTUALLY
from support.rounds import rounds

from payments.entrypoints.http.app import OPERATIONS

pytestmark = [pytest.mark.fuzz, pytest.mark.soak]

EXAMPLES = rounds(ci=15, soak=230)
"""For each caller, operation and mode; some have fewer things that could be sent."""
FRAMING = {"content-length", "transfer-encoding"}
"""With other values than the client's own it is no HTTP, which the server's parser refuses before there is an API."""
CALLERS = ("buyer", "shop", "client token", "nobody")
KINDS = [
    (o.method, o.path, mode)
    for o, mode in itertools.product(OPERATIONS, GenerationMode)
    # nothing goes into these that could be wrong
    if (o.tag != "health" and o.path != "/payments/return") or mode is GenerationMode.POSITIVE
]


@pytest.fixture(scope="module")
def shared() -> Iterator[RunningApi]:
    with running_api() as api:
        yield api


@pytest.fixture(scope="module")
def schema(shared: RunningApi):
    return schemathesis.openapi.from_url(f"{shared.url}/openapi.json")


def test_the_document_is_openapi_3_1(schema):
    schema.validate()


@pytest.mark.parametrize("who", CALLERS)
@pytest.mark.parametrize(("method", "path", "mode"), KINDS, ids=lambda each: getattr(each, "name", each))
def test_the_api_does_as_its_document_says(shared: RunningApi, schema, method, path, mode, who):
    paid, attempt = shared.paid(f"gold#{method}{path}{mode.name}{who}")
    token = shared.service.client_tokens.issue(shared.stored(paid["merchant_id"]), shared.service.checkout.clock.now())
    caller = {"buyer": shared.alice, "shop": shared.shop, "client token": bearer(token), "nobody": {}}[who]
    known = st.sampled_from([{}, {"merchant_id": paid["merchant_id"], "gateway_id": attempt}])

    @given(case=schema[path][method].as_strategy(generation_mode=mode), known=known)
    @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
    def ask(case, known):
        for name in known.keys() & case.path_parameters.keys():
            case.path_parameters[name] = known[name]
        if known and isinstance(case.body, dict) and "gateway_id" in case.body:
            case.body["gateway_id"] = attempt
        case.body = integral_floats_as_ints(case.body)
        for name in FRAMING & {name.lower() for name in case.headers or ()}:
            del case.headers[name]
        response = case.call(headers=caller, session=shared.session, timeout=EVENTUALLY, allow_redirects=False)
        assert response.status_code != 500, response.text
        case.operation.validate_response(response)
        assert str(response.status_code) in case.operation.definition.raw["responses"], response.text

    ask()


def integral_floats_as_ints(body):
    """JSON Schema takes 10.0 for an integer; money here does not."""
    if isinstance(body, float) and body.is_integer():
        return int(body)
    if isinstance(body, dict):
        return {name: integral_floats_as_ints(each) for name, each in body.items()}
    return [integral_floats_as_ints(each) for each in body] if isinstance(body, list) else body
