"""Webhooks reach a real receiver, signed, retried, doubled and out of order on demand."""

import hashlib
import hmac
import time
from datetime import UTC, datetime, timedelta

import pytest

from qonto_sandbox.webhooks.delivery import BUSINESS, ONBOARDING, WAITS, Deliveries
from tests.qonto_sandbox.receiver import Receiver


class Clock:
    def __init__(self) -> None:
        self.time = datetime(2026, 11, 26, 10, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.time

    def forward(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def queue(clock: Clock) -> Deliveries:
    return Deliveries(clock)


def send(queue: Deliveries, receiver: Receiver, rank: int = 1, family: str = BUSINESS) -> None:
    subscription = {"id": "s1", "callback_url": receiver.url, "secret": "whsec_" + "x" * 32}
    queue.enqueue(family=family, subscription=subscription, event={"id": f"e{rank}"}, event_type="v1/transactions")


def test_business_webhook_is_signed_over_time_and_raw_body(queue: Deliveries, receiver: Receiver) -> None:
    send(queue, receiver)
    queue.run_due()
    headers, body = receiver.received[0]
    stamp, signature = (part.split("=")[1] for part in headers["X-Qonto-Signature"].split(","))
    expected = hmac.new(b"whsec_" + b"x" * 32, f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
    assert signature == expected
    assert queue.log()[0]["state"] == "delivered"


def test_onboarding_webhook_carries_a_bare_signature(queue: Deliveries, receiver: Receiver) -> None:
    send(queue, receiver, family=ONBOARDING)
    queue.run_due()
    headers, body = receiver.received[0]
    assert headers["Qonto-SHA256-Signature"] == hmac.new(b"whsec_" + b"x" * 32, body, hashlib.sha256).hexdigest()
    assert "X-Qonto-Signature" not in headers


def test_failure_is_tried_again_after_growing_waits(queue: Deliveries, receiver: Receiver, clock: Clock) -> None:
    receiver.answers = [500, 503]
    send(queue, receiver)
    for wait in (0, WAITS[BUSINESS][0], WAITS[BUSINESS][1]):
        clock.forward(wait)
        queue.run_due()
        queue.run_due()
    assert len(receiver.received) == 3
    assert [attempt["status"] for attempt in queue.log()[0]["attempts"]] == [500, 503, 204]


def test_event_is_dropped_when_every_attempt_failed(queue: Deliveries, receiver: Receiver, clock: Clock) -> None:
    receiver.answers = [500] * 20
    send(queue, receiver)
    for _ in range(12):
        queue.run_due()
        clock.forward(172800)
    assert queue.log()[0]["state"] == "dropped"
    assert len(receiver.received) == len(WAITS[BUSINESS]) + 1


def test_unreachable_receiver_is_noted_and_kept(queue: Deliveries) -> None:
    subscription = {"id": "s1", "callback_url": "http://127.0.0.1:9/", "secret": "s"}
    queue.enqueue(family=BUSINESS, subscription=subscription, event={"id": "e"}, event_type="v1/transactions")
    queue.run_due()
    assert queue.log()[0]["attempts"][0]["error"] == "ConnectionError"
    assert queue.log()[0]["state"] == "pending"


def test_copies_and_resend_make_duplicates(queue: Deliveries, receiver: Receiver) -> None:
    queue.copies = 2
    send(queue, receiver)
    queue.run_due()
    assert queue.again(queue.log()[0]["id"]) is not None
    queue.run_due()
    assert [body for _, body in receiver.received] == [b'{"id":"e1"}'] * 3


def test_pause_then_release_newest_first(queue: Deliveries, receiver: Receiver) -> None:
    queue.paused = True
    for rank in (1, 2, 3):
        send(queue, receiver, rank)
    assert queue.run_due() == 0
    assert queue.release(order="lifo") == 3
    queue.run_due()
    assert [body for _, body in receiver.received] == [b'{"id":"e3"}', b'{"id":"e2"}', b'{"id":"e1"}']


def test_thread_delivers_by_itself(queue: Deliveries, receiver: Receiver) -> None:
    queue.start()
    send(queue, receiver)
    for _ in range(100):
        if queue.log()[0]["state"] == "delivered":
            break
        time.sleep(0.02)
    queue.stop()
    assert len(receiver.received) == 1
