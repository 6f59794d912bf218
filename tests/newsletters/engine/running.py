"""A whole worker in a thread, for tests that send through a real server."""

import datetime as dt
import threading

from newsletters.choices import DeliveryState
from newsletters.engine.options import EngineOptions
from newsletters.engine.relays import relays_from_settings
from newsletters.engine.worker import Worker
from newsletters.models import Delivery
from newsletters.smtp import Timeouts
from tests.factories.newsletters import make_delivery, make_subscriber

NOW = dt.datetime.now(dt.UTC)
QUICK = Timeouts(connect=2, greeting=2, reply=2, final=2, write=2)
ONCE = EngineOptions(
    connections=2, once=True, poll=0.1, reap=0.3, first_retry=0.2, destination_pause=0.2, drain=3, timeouts=QUICK
)


def smtp(port):
    return {"host": "127.0.0.1", "port": port, "user": "", "password": "", "tls": "none"}


def work(options=ONCE):
    """Run a worker in a thread until it ends by itself."""
    worker = Worker(relays_from_settings(options.connections, timeouts=options.timeouts), options)
    thread = threading.Thread(target=worker.run)
    thread.start()
    thread.join(30)
    assert not thread.is_alive()
    return worker


def ready(mailing, count, topic=None, **fields):
    return [
        make_delivery(
            mailing,
            make_subscriber(topics=(topic,) if topic else ()),
            state=DeliveryState.READY,
            created_at=NOW,
            **fields,
        )
        for _ in range(count)
    ]


def states():
    return sorted(Delivery.objects.values_list("state", flat=True))
