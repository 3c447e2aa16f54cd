"""How Ray is started."""

from __future__ import annotations

from pathlib import Path

import pytest
from ray.scripts.scripts import start

from deployments.local.layout import StackLayout
from deployments.local.ports import Ports
from deployments.local.ray_cluster import RayCluster


@pytest.mark.parametrize("ports", [Ports(), Ports.from_base(10_000), Ports.from_base(21_000)])
def test_no_port_of_the_stack_is_one_that_ray_gives_to_its_workers(
    ports: Ports, tmp_path: Path
) -> None:
    command = RayCluster(StackLayout(tmp_path, ports), "token").command()
    read = start.make_context("start", command[2:]).params
    assert read["ray_client_server_port"] == ports.ray_client
    of_workers = range(read["min_worker_port"], read["max_worker_port"] + 1)
    assert not set(of_workers) & set(ports.fixed().values())
