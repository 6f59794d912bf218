"""The command as operators run it: its exit codes, what it says, and how it is stopped."""

import os
import pty
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.db import connection

from newsletters.choices import DeliveryState
from newsletters.models import Worker
from tests.factories.newsletters import make_mailing, make_topic
from tests.newsletters.engine.running import ready, states
from tests.newsletters.smtp.relays import aiosmtpd_relay

pytestmark = pytest.mark.django_db(transaction=True)

ROOT = Path(__file__).resolve().parents[2]
NOWHERE = "postgresql:///none?host=/nonexistent"


def environment(port, **more):
    at = connection.get_connection_params()
    database = f"postgresql:///{at['dbname']}?" + "&".join(
        f"{name}={at[name]}" for name in ("host", "port", "user", "password") if at.get(name)
    )
    url = f"smtp://127.0.0.1:{port}?tls=none"
    return os.environ | {
        "DJANGO_SETTINGS_MODULE": "cms.settings.test",
        "DATABASE_URL": database,
        "SMTP_URL": url,
        "BULLETIN_SMTP_URL": url,
        "PYTHONUNBUFFERED": "1",
        **more,
    }


def waiting(count):
    """Make messages to readers with open subscriptions: the chores of a whole command erase those who left long ago."""
    topic = make_topic()
    return ready(make_mailing(topic=topic), count, topic)


def command(*arguments):
    return [sys.executable, "manage.py", "send_bulletins", *arguments]


def run(port, *arguments, **more):
    return subprocess.run(
        command(*arguments),
        cwd=ROOT,
        env=environment(port, **more),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@contextmanager
def nobody_listens():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    yield port


@contextmanager
def running(port, *arguments, **options):
    process = subprocess.Popen(command(*arguments), cwd=ROOT, env=environment(port), **options)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(30)


def wait_for(is_so, seconds=30):
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_sends_what_is_due_and_ends_with_0():
    waiting(5)
    with aiosmtpd_relay() as (port, relay):
        done = run(port, "--once", "--processes", "2")
    assert (done.returncode, done.stdout) == (0, "")  # nobody watches, so nothing is drawn
    assert len(relay.kept) == 5
    assert states() == [DeliveryState.ACCEPTED] * 5
    assert not Worker.objects.exists()


def test_ends_with_1_and_a_reason_when_the_relay_does_not_answer():
    waiting(2)
    with nobody_listens() as port:
        done = run(port, "--once")
    assert done.returncode == 1
    assert "Not everything was sent:" in done.stderr
    assert "Traceback" not in done.stderr
    assert states() == [DeliveryState.READY] * 2


def test_ends_with_1_and_a_remedy_when_the_database_does_not_answer():
    done = run(1, "--once", DATABASE_URL=NOWHERE)
    assert done.returncode == 1
    assert "The database does not answer. Start it, or set DATABASE_URL" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "arguments", [["--connections", "0"], ["--connections", "65"], ["--processes", "many"], ["--once", "--drain"]]
)
def test_ends_with_2_when_it_is_used_wrongly(arguments):
    done = run(1, *arguments, DATABASE_URL=NOWHERE)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_shows_a_watching_terminal_how_far_it_is():
    waiting(7)
    ours, theirs = pty.openpty()
    with aiosmtpd_relay() as (port, _relay), running(port, "--drain", stdout=theirs) as process:
        os.close(theirs)
        assert process.wait(60) == 0
    shown = os.read(ours, 65536).decode()
    os.close(ours)
    assert "7 of 7 accepted" in shown
    assert shown.startswith("\r")
    assert "█" * 30 in shown


def test_stops_in_order_and_ends_with_0():
    waiting(3)
    with aiosmtpd_relay() as (port, relay), running(port) as process:
        wait_for(lambda: len(relay.kept) == 3)
        assert process.poll() is None  # it stays for more
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
    assert states() == [DeliveryState.ACCEPTED] * 3
    assert not Worker.objects.exists()
