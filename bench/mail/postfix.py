"""The engine against a real Postfix of its own: what it bounces comes back by the pipe, what it took is found in its log.

Needs root, as Postfix does; its instance has a directory, a port and processes of its own, and touches no other.
"""

from __future__ import annotations

import contextlib
import os
import shlex
import shutil
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.core.management import call_command

from bench.mail.fill import add_subscribers, freeze
from bench.mail.place import ROOT
from bench.mail.processes import workers
from newsletters.choices import BounceChannel, BounceKind, DeliveryState
from newsletters.models import Bounce, Delivery

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator
    from pathlib import Path

    from bench.mail.place import MailPlace

#: Of the twenty domains of readers, one has no mailboxes and one is never reached.
_GONE, _SILENT = "d1.example", "d2.example"
_PATIENCE = 120.0
#: What the script is given: the pipe of Postfix passes nothing on.
_PASSED = frozenset({"DATABASE_URL", "DJANGO_SETTINGS_MODULE", "AVOW_BASE_URL", "AVOW_MAIL_DOMAIN", "AVOW_OUTBOX"})

_MAIN = """
compatibility_level = 3.6
queue_directory = {home}/queue
data_directory = {home}/data
maillog_file = {home}/log/mail.log
maillog_file_prefixes = {home}
mail_owner = postfix
setgid_group = postdrop
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mail.policies.example
mynetworks = 127.0.0.0/8
mydestination =
local_transport = error:no local mail
alias_maps =
alias_database =
smtpd_relay_restrictions = permit_mynetworks, reject
recipient_delimiter = +
default_transport = discard:taken
transport_maps = inline:{{ {{ policies.example = avow: }} {{ {gone} = gone: }} {{ {silent} = silent: }} }}
avow_destination_recipient_limit = 1
avow_destination_concurrency_limit = 2
"""
_MASTER = """
127.0.0.1:{port} inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
proxymap unix - - n - - proxymap
tlsmgr unix - - n 1000? 1 tlsmgr
anvil unix - - n - 1 anvil
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
postlog unix-dgram n - n - 1 postlogd
avow unix - n n - 2 pipe flags=R user=nobody argv={script} ${{original_recipient}}
gone unix - n n - 2 pipe user=nobody argv={answers}/67
silent unix - n n - 2 pipe user=nobody argv={answers}/75
"""


@dataclass(frozen=True, slots=True)
class Postfix:
    """A running instance."""

    port: int
    log: Path


@contextlib.contextmanager
def private_postfix(place: MailPlace) -> Iterator[Postfix]:
    """Run Postfix with the shipped script as the pipe of returned mail."""
    home = place.directory / "postfix"
    for name, owner in (("etc", "root"), ("queue", "root"), ("log", "root"), ("data", "postfix")):
        (home / name).mkdir(parents=True, exist_ok=True)
        shutil.chown(home / name, owner)
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
    script = home / "process-bounce"
    exported = {name: value for name, value in place.environment().items() if name in _PASSED}
    lines = [f"export {name}={shlex.quote(value)}" for name, value in exported.items()]
    lines.append(f'exec {shlex.quote(str(ROOT / "docs/deploy/process-bounce"))} "$1"')
    script.write_text("#!/bin/sh\n" + "\n".join(lines) + "\n")
    script.chmod(0o755)
    # Found out only after Postfix took the message, since what it knows before it says before: nobody of that name
    # (EX_NOUSER), nobody answers (EX_TEMPFAIL).
    for code in ("67", "75"):
        answer = home / code
        answer.write_text(f"#!/bin/sh\ncat >/dev/null\nexit {code}\n")
        answer.chmod(0o755)
    (home / "etc/main.cf").write_text(_MAIN.format(home=home, gone=_GONE, silent=_SILENT))
    (home / "etc/master.cf").write_text(_MASTER.format(port=port, script=script, answers=home))
    control = ["postfix", "-c", str(home / "etc")]
    subprocess.run([*control, "start"], check=True, capture_output=True)
    try:
        yield Postfix(port, home / "log/mail.log")
    finally:
        subprocess.run([*control, "stop"], check=True, capture_output=True)


def _can_run_python(name: str) -> bool:
    """Whether a user may run this Python: one that was installed in root's home may not be run by others."""
    try:
        return subprocess.run([sys.executable, "-c", ""], user=name, check=False, capture_output=True).returncode == 0
    except PermissionError:
        return False


def prove(place: MailPlace, options: argparse.Namespace) -> int:
    """Send through Postfix, let it bounce, forget what it said of some messages, and settle them by its log."""
    if not _can_run_python("nobody"):
        print(
            f"Postfix runs its pipe as “nobody”, who may not run {sys.executable}: take a Python that everybody can run."
        )
        return 1
    faults = []
    mailing, count, _seconds = freeze(add_subscribers(options.messages), f"bench:postfix:{os.getpid()}")
    rows = Delivery.objects.filter(mailing=mailing)
    gone = rows.filter(destination=_GONE)
    with private_postfix(place) as postfix:
        with workers(place, postfix.port, {"connections": options.connections, "once": True}, 1) as process:
            process.wait(_PATIENCE)
        if rows.filter(state=DeliveryState.ACCEPTED).count() != count:
            faults.append("Postfix did not take every message")
        end = time.monotonic() + _PATIENCE
        while Bounce.objects.filter(delivery__in=gone).count() < gone.count() and time.monotonic() < end:
            time.sleep(0.5)
        log = postfix.log
    bounces = Bounce.objects.filter(channel=BounceChannel.PIPE)
    found = set(bounces.values_list("delivery_id", "kind", "is_final", "status"))
    wanted = {(number, BounceKind.RECIPIENT, True, "5.1.1") for number in gone.values_list("pk", flat=True)}
    if found != wanted:
        faults.append(f"{len(wanted)} messages came back, {len(found & wanted)} of {len(found)} reports say so of them")
    # As if every third reply had been lost on its way.
    lost = list(rows.order_by("pk").values_list("pk", flat=True)[::3])
    rows.filter(pk__in=lost).update(state=DeliveryState.UNCERTAIN)
    call_command("reconcile_mail_log", str(log), stdout=sys.stdout)
    left = rows.filter(state=DeliveryState.UNCERTAIN).count()
    if left:
        faults.append(f"{left} messages that Postfix took are uncertain still")
    print(f"{count} messages, {len(found)} reports by the pipe, {len(lost)} settled by the log")
    for fault in faults:
        print(f"*** {fault} ***")
    return 1 if faults else 0
