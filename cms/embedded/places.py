"""Where the embedded PostgreSQL keeps its programs, its data and its socket, and as whom it runs.

PostgreSQL refuses to run as root. Root therefore runs it as `nobody`, who may not be able to read the checkout (say,
one under /root): the cluster and a copy of the server's programs then live in a directory of their own under
/var/tmp, which root owns and whose name derives from the checkout's path.
"""

from __future__ import annotations

import hashlib
import os
import pwd
import stat
from dataclasses import dataclass
from pathlib import Path

from cms.embedded.errors import EmbeddedDatabaseError

CHECKOUT = Path(__file__).resolve().parents[2]
SHARED_PARENT = Path("/var/tmp")  # noqa: S108 -- ownership is verified before anything in it is used
SHORT_PARENT = Path("/tmp")  # noqa: S108 -- the same
SERVER_ACCOUNT = "nobody"

# sun_path has 108 bytes with its closing NUL (unix(7)).
SOCKET_PATH_LIMIT = 107
SOCKET_NAME = ".s.PGSQL.5432"


@dataclass(frozen=True, slots=True)
class Account:
    """The account that the server runs as when root asks for it."""

    uid: int
    gid: int


@dataclass(frozen=True, slots=True)
class Places:
    """The directories and files of one cluster."""

    base: Path
    account: Account | None

    @property
    def data(self) -> Path:
        return self.base / "data"

    @property
    def run(self) -> Path:
        """Directory of the log, owned by the account that the server runs as."""
        return self.base / "run"

    @property
    def log(self) -> Path:
        return self.run / "server.log"

    @property
    def socket(self) -> Path:
        """Directory of the Unix socket: `run`, or a short path elsewhere when `run` is too deep for a socket."""
        if len(os.fsencode(self.run / SOCKET_NAME)) <= SOCKET_PATH_LIMIT:
            return self.run
        return SHORT_PARENT / f"avow-{os.getuid()}-{short_hash(self.base)}"

    @property
    def start_lock(self) -> Path:
        """Held exclusively while the cluster is being made, started, stopped or deleted."""
        return self.base / "start.lock"

    @property
    def use_lock(self) -> Path:
        """Held shared by every process that uses the cluster."""
        return self.base / "use.lock"


def short_hash(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:16]


def find_places(environ: os._Environ[str] | dict[str, str] | None = None) -> Places:
    """Return the places of this checkout's cluster, or of the one that AVOW_EMBEDDED_DIR names."""
    environ = os.environ if environ is None else environ
    account = _account() if os.getuid() == 0 else None
    override = environ.get("AVOW_EMBEDDED_DIR", "")
    if override:
        base = Path(override).resolve()
    elif account is not None:
        base = SHARED_PARENT / f"avow-{short_hash(CHECKOUT)}"
    else:
        base = CHECKOUT / ".avow" / "postgres"
    return Places(base=base, account=account)


def make_directories(places: Places) -> None:
    """Create what is missing; raise `EmbeddedDatabaseError` where somebody else could have laid a trap."""
    own_directory(places.base, mode=0o711 if places.account else 0o700)
    if places.account is not None:
        _require_reachable(places.base)
    own_directory(places.run, mode=0o700, account=places.account)
    if places.socket != places.run:
        own_directory(places.socket, mode=0o700, account=places.account)


def own_directory(path: Path, *, mode: int, account: Account | None = None) -> None:
    """Make `path` a directory of ours, or of `account`, with `mode`; refuse one that belongs to anybody else."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        path.mkdir(mode=0o700)
    except FileExistsError:
        pass
    else:
        path.chmod(mode)
        if account is not None:
            os.chown(path, account.uid, account.gid)
    found = path.lstat()
    owner = os.getuid() if account is None else account.uid
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in {owner, os.getuid()}:
        msg = f"{path} is not a directory of ours, so the embedded PostgreSQL will not use it. Remove it and try again."
        raise EmbeddedDatabaseError(msg)
    if found.st_uid != owner:
        # Root was stopped between making the directory and giving it away.
        path.chmod(mode)
        os.chown(path, owner, -1 if account is None else account.gid)


def _account() -> Account:
    try:
        entry = pwd.getpwnam(SERVER_ACCOUNT)
    except KeyError:
        msg = (
            "PostgreSQL does not run as root, and this machine has no account 'nobody' to run it as. "
            "Work as an ordinary user, or set DATABASE_URL."
        )
        raise EmbeddedDatabaseError(msg) from None
    return Account(uid=entry.pw_uid, gid=entry.pw_gid)


def _require_reachable(base: Path) -> None:
    for parent in base.parents:
        if not parent.stat().st_mode & stat.S_IXOTH:
            msg = (
                f"The embedded PostgreSQL runs as '{SERVER_ACCOUNT}', who cannot enter {parent}. "
                "Set AVOW_EMBEDDED_DIR to a directory that everybody may pass through, or set DATABASE_URL."
            )
            raise EmbeddedDatabaseError(msg)
