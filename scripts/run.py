"""The development server with a mail worker beside it: `make run`. One Ctrl-C stops both."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys

from scripts.companion import mail_worker
from scripts.compile_messages import ROOT


def main(arguments: list[str] | None = None) -> int:
    """Serve until interrupted; return what the server returns."""
    parser = argparse.ArgumentParser(prog="python -m scripts.run", description=__doc__)
    parser.add_argument("--port", type=int, default=8000)
    options = parser.parse_args(arguments)
    # Links in mails lead here.
    os.environ.setdefault("AVOW_BASE_URL", f"http://127.0.0.1:{options.port}")
    with mail_worker(ROOT):
        server = subprocess.Popen([sys.executable, "manage.py", "runserver", f"127.0.0.1:{options.port}"], cwd=ROOT)
        while True:
            try:
                return server.wait()
            except KeyboardInterrupt:
                continue  # the server hears it too, and ends


if __name__ == "__main__":
    sys.exit(main())
