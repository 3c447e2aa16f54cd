"""Starts the stack, watches it, and stops it without leaving a process behind."""

from __future__ import annotations

import logging
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from types import FrameType

import httpx
import psutil
import psycopg
from sqlalchemy.exc import SQLAlchemyError

from deployments.local import demo_data, processes, services, store_build
from deployments.local.environment import StackEnvironment
from deployments.local.layout import StackLayout
from deployments.local.log_files import rotate
from deployments.local.parts import parts
from deployments.local.ports import taken
from deployments.local.postgres import EmbeddedPostgres, provision
from deployments.local.processes import Child
from deployments.local.ray_cluster import RayCluster
from deployments.local.redis_server import EmbeddedRedis
from deployments.local.secrets_store import load_or_create
from deployments.local.state import StackState
from deployments.shared.settings import SERVICES
from models.shared.migrations import upgrade

logger = logging.getLogger(__name__)

_ROTATE_SECONDS = 60.0


class StartError(Exception):
    """The stack can't start; the message says what to do."""


class Supervisor:
    """One stack from start to stop. ``run`` blocks until ``stop`` or a signal."""

    def __init__(self, layout: StackLayout, state: StackState, *, with_demo: bool = True) -> None:
        self._layout = layout
        self._state = state
        self._with_demo = with_demo
        layout.prepare()
        self._secrets = load_or_create(layout.data)
        self._environment = StackEnvironment(layout, self._secrets)
        self._postgres = EmbeddedPostgres(layout.data, layout.ports.postgres)
        self._redis = EmbeddedRedis(layout.data, layout.ports.redis)
        self._ray = RayCluster(layout, self._secrets.ray_token)
        specs = parts(layout, self._environment, self._postgres, self._redis, self._ray)
        specs["store"] = store_build.store_part(layout, self._environment)
        self._children = {
            name: Child(spec, layout.logs / f"{name}.log") for name, spec in specs.items()
        }
        self._stopping = threading.Event()
        self._started: list[Child] = []
        self._restarts: dict[str, threading.Thread] = {}
        # Held while a part is born: before it is known it would be taken for an orphan.
        self._births = threading.Lock()

    def run(self) -> None:
        """Start everything, then watch. Raises ``StartError`` when the start fails."""
        processes.adopt_orphans()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._on_signal)
        try:
            self._clear_left_behind()
            self._check_ports()
            self._start()
            self._state.phase("ready")
            self._watch()
        except InterruptedError:
            pass
        except (StartError, OSError, RuntimeError, psycopg.Error, SQLAlchemyError) as error:
            self._state.phase("failed", str(error))
            raise StartError(str(error)) from error
        finally:
            self._stop_all()

    def stop(self) -> None:
        self._stopping.set()

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self.stop()

    def _clear_left_behind(self) -> None:
        leftovers = processes.left_behind(self._layout.identity)
        if leftovers:
            with self._step("clean up", f"{len(leftovers)} processes of a killed stack"):
                processes.end(leftovers, grace=5)

    def _check_ports(self) -> None:
        problems = taken(self._layout.ports)
        if problems:
            lines = [f"{name}: {problem}" for name, problem in problems.items()]
            raise StartError(
                "\n".join(lines) + "\nStop it, or choose other ports: mercato up --port-base 21000"
            )

    @contextmanager
    def _step(self, name: str, detail: str = "") -> Iterator[None]:
        self._state.step(name, "running", detail)
        try:
            yield
        except BaseException as error:
            self._state.step(name, "failed", str(error))
            raise
        self._state.step(name, "done")

    def _start(self) -> None:
        with ThreadPoolExecutor(max_workers=8) as pool:
            data = pool.submit(self._start_data)
            ray = pool.submit(self._launch, "ray")
            others = [pool.submit(self._launch, name) for name in ("redis", "sandbox")]
            store = pool.submit(self._start_store)
            others.append(pool.submit(self._launch_after, "dashboards", data))
            serve = pool.submit(self._deploy, [data, ray, *others[:1]])
            futures = [data, ray, *others, store, serve]
            for future in futures:
                future.add_done_callback(self._abort_on_failure)
            _raise_first(futures)
        if self._with_demo:
            self._load_demo()

    def _abort_on_failure(self, future: Future[None]) -> None:
        if future.exception() is not None:
            self.stop()

    def _load_demo(self) -> None:
        if demo_data.is_loaded(self._layout):
            return

        def report(detail: str) -> None:
            self._state.step("demo data", "running", detail)
            if self._stopping.is_set():
                raise InterruptedError("stopping")

        with self._step("demo data"):
            demo_data.load(self._layout, self._environment, report)

    def _start_data(self) -> None:
        fresh = False
        with self._step("PostgreSQL"):
            fresh = self._postgres.initialise()
            self._spawn("postgres")
        with self._step("databases", "made for the first time" if fresh else ""):
            provision(self._postgres.address, self._secrets.database_passwords)
            for service in SERVICES:
                self._state.step("databases", "running", service)
                variables = self._environment.database(service)
                upgrade(service, variables[f"MERCATO_{service.upper()}_DATABASE_URL"])

    def _launch(self, name: str) -> None:
        with self._step(self._children[name].spec.title):
            self._spawn(name)

    def _launch_after(self, name: str, first: Future[None]) -> None:
        first.result()
        self._launch(name)

    def _start_store(self) -> None:
        with self._step("Store"):
            store_build.build(
                self._layout,
                self._environment,
                lambda detail: self._state.step("Store", "running", detail),
                self._stopping.is_set,
            )
            self._spawn("store")

    def _spawn(self, name: str) -> None:
        child = self._children[name]
        if self._stopping.is_set():
            raise InterruptedError("stopping")
        child.start()
        self._started.append(child)
        self._note(child, "starting")
        child.wait_until_ready(self._stopping.is_set)
        self._note(child, "running")

    def _note(self, child: Child, status: str) -> None:
        pid = child.process.pid if child.process else None
        self._state.child(child.spec.name, status=status, pid=pid, restarts=child.restarts)

    def _deploy(self, before: list[Future[None]]) -> None:
        for future in before:
            future.result()
        with self._step("services"):
            self._deploy_services(
                lambda detail: self._state.step("services", "running", detail),
                self._stopping.is_set,
            )

    def _deploy_services(self, report: Callable[[str], None], given_up: Callable[[], bool]) -> None:
        services.deploy(self._ray, services.serve_config(self._layout, self._environment))
        services.wait_until_ready(self._layout, self._ray, given_up, report)

    def _watch(self) -> None:
        retry_at: dict[str, float] = {}
        rotate_at = 0.0
        while not self._stopping.wait(0.5):
            if time.monotonic() >= rotate_at:
                rotate(self._layout.logs)
                rotate_at = time.monotonic() + _ROTATE_SECONDS
            with self._births:
                processes.reap_adopted([c.process.pid for c in self._started if c.process])
            for name, child in self._children.items():
                restart = self._restarts.get(name)
                if restart is not None and restart.is_alive():
                    continue
                status, now = child.exit_status(), time.monotonic()
                if status is None:
                    continue
                if name not in retry_at:
                    # Calmer and calmer when the part keeps ending soon after its start.
                    retry_at[name] = now + child.pause_before_restart(now)
                    self._state.child(name, status="ended", exit_status=status)
                    logger.warning("%s ended with status %s; restarting", child.spec.title, status)
                if now >= retry_at[name]:
                    del retry_at[name]
                    self._restarts[name] = self._in_background(child)

    def _in_background(self, child: Child) -> threading.Thread:
        """Parts need each other: none may wait until another is back."""
        thread = threading.Thread(target=self._restart, args=(child,), daemon=True)
        thread.start()
        return thread

    def _restart(self, child: Child) -> None:
        child.restarts += 1
        with self._births:
            if self._stopping.is_set():
                return
            child.stop()
            if child.spec.tree:
                # Its descendants were handed to this process when it ended.
                processes.end(self._adopted())
            child.start()
        self._note(child, "restarting")
        try:
            child.wait_until_ready(self._stopping.is_set)
            if child.spec.name == "ray":
                self._deploy_again(child)
        except (ChildProcessError, TimeoutError, RuntimeError) as error:
            logger.error("%s did not come back: %s", child.spec.title, error)
            return
        except InterruptedError:
            return
        logger.warning("%s is back", child.spec.title)
        self._note(child, "running")

    def _deploy_again(self, ray: Child) -> None:
        """Until the services are ready: what they need may be down as well."""

        def given_up() -> bool:
            return self._stopping.is_set() or ray.exit_status() is not None

        while not given_up():
            try:
                self._deploy_services(lambda detail: None, given_up)
                return
            except (TimeoutError, RuntimeError, httpx.HTTPError) as error:
                logger.error("the services are not ready: %s", error)
                self._stopping.wait(5)
        raise InterruptedError("stopping")

    def _adopted(self) -> list[psutil.Process]:
        known = {c.process.pid for c in self._started if c.process}
        orphans = []
        for process in psutil.Process().children():
            if process.pid not in known:
                orphans += [process, *processes.descendants(process.pid)]
        return orphans

    def _stop_all(self) -> None:
        self._stopping.set()
        for restart in self._restarts.values():
            restart.join(timeout=5)
        failed = self._state.snapshot()["phase"] == "failed"
        if not failed:
            self._state.phase("stopping")
        for child in reversed(self._started):
            child.stop()
            self._note(child, "stopped")
        processes.end(processes.descendants(os.getpid()), grace=2)
        if not failed:
            self._state.phase("stopped")


def _raise_first(futures: list[Future[None]]) -> None:
    """Wait for all; raise what went wrong first rather than the interruptions it caused."""
    errors = [error for future in futures if (error := future.exception()) is not None]
    for error in sorted(errors, key=lambda e: isinstance(e, InterruptedError)):
        raise error
