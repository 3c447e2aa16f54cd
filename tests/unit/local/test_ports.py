from __future__ import annotations

import os
import socket

from deployments.local.ports import Ports, free_port, is_free, taken


def test_two_bases_share_no_port() -> None:
    first, second = Ports.from_base(21000), Ports.from_base(21400)
    assert not set(first.fixed().values()) & set(second.fixed().values())


def test_all_ports_of_a_base_differ() -> None:
    ports = Ports.from_base(21000).fixed()
    assert len(set(ports.values())) == len(ports)
    assert max(ports.values()) < Ports.from_base(21000).replicas


def test_a_taken_port_is_reported_with_the_process_that_holds_it() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        assert not is_free(port)
        problems = taken(Ports(store=port))
    assert str(os.getpid()) in problems["store"]
    assert f"port {port} is taken" in problems["store"]


def test_a_free_port_is_free() -> None:
    assert is_free(free_port())
