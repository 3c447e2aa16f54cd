"""Schemathesis on all six OpenAPI documents: boundary values and random requests, none of which
may get a server error or an answer its document does not promise."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from deployments.shared.ids import new_id
from deployments.shared.settings import OPERATOR, SERVICES
from tests.service.whole.accounts import People, an_address
from tests.service.whole.world import World
from tests.support import Keys

CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
)
# More in a search for new faults: MERCATO_TEST_SCHEMA_EXAMPLES=500.
EXAMPLES = os.environ.get("MERCATO_TEST_SCHEMA_EXAMPLES", "10")
# Whose own service may call /internal there.
MACHINES = {
    "auth": "cart",
    "products": "cart",
    "cart": "products",
    "payments": "cart",
    "analytics": OPERATOR,
}


def schemathesis(
    address: str, headers: dict[str, str], folder: Path, *options: str
) -> subprocess.CompletedProcess[str]:
    command = [
        str(Path(sys.executable).with_name("schemathesis")),
        "run",
        f"{address}/openapi.json",
        "--checks",
        ",".join(CHECKS),
        "--phases",
        "examples,coverage,fuzzing",
        "--max-examples",
        EXAMPLES,
        "--seed",
        "1",
        "--no-shrink",
        "--warnings",
        "off",
        *options,
    ]
    for name, value in (headers | {"X-Forwarded-For": an_address()}).items():
        command += ["--header", f"{name}: {value}"]
    return subprocess.run(command, capture_output=True, text=True, cwd=folder)


@pytest.mark.parametrize("service", SERVICES)
def test_no_request_gets_an_answer_the_document_does_not_promise(
    world: World, keys: Keys, tmp_path: Path, service: str
) -> None:
    people = People(world, keys)
    # An admin may use every route for users. Signing out everywhere would end the run's own token.
    done = schemathesis(
        world.url(service),
        people.sign_in(f"admin-{new_id()}", "admin", "shopper"),
        tmp_path,
        "--exclude-path",
        "/logout-all",
        "--exclude-path-regex",
        "^/internal/",
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("service", MACHINES)
def test_no_call_between_services_does_either(
    world: World, keys: Keys, tmp_path: Path, service: str
) -> None:
    done = schemathesis(
        world.url(service),
        keys.service(MACHINES[service], service),
        tmp_path,
        "--include-path-regex",
        "^/internal/",
    )
    assert done.returncode == 0, done.stdout
