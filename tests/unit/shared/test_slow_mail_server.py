"""A batch of mails ends before its lease, however slow the mail server."""

from __future__ import annotations

import time
from contextlib import contextmanager
from email.message import EmailMessage
from typing import Any

import pytest

from deployments.shared import mail
from deployments.shared.mail import SmtpDelivery


def test_what_a_slow_server_leaves_no_time_for_is_left_for_later(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now, sent = 0.0, []

    class Slow:
        def send_message(self, message: EmailMessage) -> None:
            nonlocal now
            now += 36
            sent.append(message)

    @contextmanager
    def connect(_: Any) -> Any:
        yield Slow()

    monkeypatch.setattr(SmtpDelivery, "_connect", connect)
    monkeypatch.setattr(time, "monotonic", lambda: now)
    outcomes = SmtpDelivery("smtp://127.0.0.1:25")([EmailMessage() for _ in range(20)])
    assert [type(outcome) for outcome in outcomes] == [type(None)] * 4 + [TimeoutError] * 16
    assert len(sent) == 4
    assert now < mail._LEASE.total_seconds()
