"""Loaded by every Python process of the local Ray cluster (its folder is on PYTHONPATH).

Ray Serve opens each replica's internal gRPC port on all interfaces and has no setting for it;
here the port is moved to loopback when Ray's module is imported. Ray also logs the variables of
each runtime environment, the services' secrets among them; here they are cut off.
"""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import importlib.util
import logging
import re
import sys
from collections.abc import Sequence
from types import ModuleType
from typing import Any

_TARGET = "ray.serve._private.replica"


class _LoopbackLoader(importlib.abc.Loader):
    def __init__(self, wrapped: importlib.abc.Loader) -> None:
        self._wrapped = wrapped

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType | None:
        return self._wrapped.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        self._wrapped.exec_module(module)
        original = module.__dict__["add_port_to_grpc_server"]

        def on_loopback(server: object, address: str) -> object:
            return original(server, address.replace("[::]:", "127.0.0.1:"))

        module.__dict__["add_port_to_grpc_server"] = on_loopback


class _LoopbackFinder(importlib.abc.MetaPathFinder):
    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if name != _TARGET:
            return None
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec(name)
        if spec is not None and spec.loader is not None:
            spec.loader = _LoopbackLoader(spec.loader)
        return spec


_VARIABLES = re.compile(r"""\\?["']?env_vars\\?["']?\s*[:=].*""", re.DOTALL)
_make_record = logging.getLogRecordFactory()


def _without_variables(*args: Any, **kwargs: Any) -> logging.LogRecord:
    record = _make_record(*args, **kwargs)
    try:
        text = record.getMessage()
    except (TypeError, ValueError):
        return record
    if "env_vars" in text:
        record.msg, record.args = _VARIABLES.sub("variables left out", text), None
    return record


logging.setLogRecordFactory(_without_variables)
sys.meta_path.insert(0, _LoopbackFinder())
