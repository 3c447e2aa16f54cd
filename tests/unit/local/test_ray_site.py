"""What is loaded into each process of the local Ray cluster."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from deployments.local import ray_cluster

SITE = Path(ray_cluster.__file__).parent / "site"
SECRET = "s3cret-pepper"
ENVIRONMENT = f'{{"env_vars": {{"A": "{{\\"x\\": 1}}", "PEPPER": "{SECRET}"}}, "pip": null}}'


def logged(statement: str) -> str:
    """What a process of the cluster writes into its log."""
    code = f"""
import logging, sys
logging.basicConfig(level="INFO", stream=sys.stdout)
log = logging.getLogger("ray.agent")
env = {ENVIRONMENT!r}
{statement}
"""
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": str(SITE)},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


@pytest.mark.parametrize(
    "statement",
    [
        'log.info(f"Creating runtime env: {env} with timeout 600")',
        'log.info("Successfully created runtime env: %s, context: %s", env, env)',
        'log.error(f"Failed to create runtime env {env}.")',
        'import json; log.warning("Env: %s", json.loads(env))',
        "import json; log.warning(json.dumps({'runtime_env': env}))",
    ],
)
def test_ray_logs_no_variable_of_a_service(statement: str) -> None:
    text = logged(statement)
    assert "ray.agent" in text
    assert SECRET not in text


def test_other_lines_are_logged_as_they_are() -> None:
    text = logged('log.info("%d workers", 3); log.info("100 %"); log.info("%(a)s", {"a": "b"})')
    assert [line.rpartition(":")[2] for line in text.splitlines()] == ["3 workers", "100 %", "b"]
