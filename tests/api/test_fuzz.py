"""The API, fuzzed by its own description: whether it fits or not, nothing is a server error."""

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
ROUTES = [
    ("POST", "/v1/ask"),
    ("POST", "/v1/search"),
    ("GET", "/v1/sources"),
    ("GET", "/v1/sources/{source_id}"),
    ("GET", "/v1/passages/{passage_id}"),
    ("GET", "/healthz"),
    ("GET", "/readyz"),
    ("GET", "/metrics"),
]


@pytest.fixture(scope="module")
def described(client):
    return schemathesis.openapi.from_url(f"{str(client.base_url).rstrip('/')}/openapi.json")


def test_every_route_is_fuzzed(described):
    assert {(each.ok().method.upper(), each.ok().path) for each in described.get_all_operations()} == set(
        ROUTES
    )


@pytest.mark.parametrize(
    "mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=lambda each: each.value
)
@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_the_api_is_as_it_describes_itself(described, method, path, mode):
    operation = described[path][method]
    if mode is GenerationMode.NEGATIVE and path in {"/healthz", "/readyz"}:
        pytest.skip("takes nothing that could be wrong")

    @settings(
        max_examples=15,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def fuzz(case):
        case.call_and_validate(checks=CHECKS)

    fuzz()
