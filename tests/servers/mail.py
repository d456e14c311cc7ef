"""Real Dovecot and Postfix on free ports of loopback, in a folder of their own.

Nothing leaves the machine: Postfix discards whatever is not for the users made here. With `tls`
left out the servers speak plain text, as between processes of one machine.
"""

import os
import pwd
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from tests.servers.mail_configuration import DOVECOT, DOVECOT_OAUTH, OAUTH, POSTFIX, SERVICES

DOMAIN = "shop.test"
PASSWORD = "secret"
READY_SECONDS = 20
BINARIES = ("dovecot", "doveadm", "postfix", "postconf")
SEARCH_PATH = "/usr/sbin:/usr/bin:/sbin:/bin"


class MailServers:
    """An IMAP server and an SMTP server that delivers into it."""

    def __init__(self, folder: Path, *, connections: int = 10, introspection_url: str = "") -> None:
        """`introspection_url` (RFC 7662) tells whose a token is; with it XOAUTH2 is offered."""
        self.folder = folder
        self.imap_port, self.smtp_port, self.lmtp_port, self._auth_port = free_ports(4)
        self._connections = connections
        self._introspection_url = introspection_url
        self._users: list[str] = []
        self._refusals: dict[str, str] = {}

    @property
    def private_hosts(self) -> str:
        """For `Account.private_hosts`."""
        return f"127.0.0.1:{self.imap_port},127.0.0.1:{self.smtp_port}"

    def start(self) -> None:
        self._write_configuration()
        self._run("dovecot", "-c", str(self._dovecot_conf))
        self._run("postfix", "-c", str(self._postfix_folder), "start")
        for port in (self.imap_port, self.smtp_port):
            wait_until(lambda port=port: is_listening(port), f"port {port} listens")

    def stop(self) -> None:
        self._run("postfix", "-c", str(self._postfix_folder), "stop", check=False)
        self.stop_imap()

    def start_imap(self) -> None:
        self._run("dovecot", "-c", str(self._dovecot_conf))
        wait_until(lambda: is_listening(self.imap_port), "Dovecot listens")

    def stop_imap(self) -> None:
        self._run("doveadm", "-c", str(self._dovecot_conf), "stop", check=False)
        wait_until(lambda: not is_listening(self.imap_port), "Dovecot has stopped")

    def add_user(self, name: str, password: str = PASSWORD) -> str:
        """Its address."""
        address = f"{name}@{DOMAIN}"
        self._users = [user for user in self._users if not user.startswith(address + ":")]
        self._users.append(f"{address}:{{PLAIN}}{password}")
        self._write_users()
        # Dovecot looks at the file once a second
        wait_until(lambda: self._may_log_in(address, password), f"{address} may log in")
        return address

    def settings(self, address: str, **more: Any) -> dict[str, Any]:
        """Values for EmailSettings."""
        return {
            "email": address,
            "imap_host": "127.0.0.1",
            "imap_port": self.imap_port,
            "imap_security": "none",
            "imap_user": address,
            "imap_password": PASSWORD,
            "smtp_host": "127.0.0.1",
            "smtp_port": self.smtp_port,
            "smtp_security": "none",
            **more,
        }

    def append(self, address: str, *mails: bytes, folder: str = "INBOX") -> None:
        """Straight into the mailbox, unread."""
        for mail in mails:
            self._doveadm("save", "-u", address, "-m", folder, stdin=mail)

    def drop_in(self, address: str, mails: Sequence[bytes]) -> None:
        """Many at once, as files; the server finds them by itself."""
        new = self.folder / "mail" / address / "new"
        for part in ("cur", "new", "tmp"):
            (new.parent / part).mkdir(parents=True, exist_ok=True)
        for number, mail in enumerate(mails):
            name = f"{time.time_ns()}.{number:06}.test"
            (new.parent / "tmp" / name).write_bytes(mail)
            (new.parent / "tmp" / name).rename(new / name)
        owner = pwd.getpwnam("mail")
        for path in (new.parent, *new.parent.rglob("*")):
            os.chown(path, owner.pw_uid, owner.pw_gid)

    def deliver(self, sender: str, recipient: str, mail: bytes) -> None:
        """By SMTP, as another server would."""
        import smtplib  # noqa: PLC0415  only here

        with smtplib.SMTP("127.0.0.1", self.smtp_port, timeout=10) as client:
            client.sendmail(sender, [recipient], mail)

    def mailbox(self, address: str, folder: str = "INBOX") -> list[bytes]:
        """What lies in it, oldest first."""
        found = self._doveadm("fetch", "-u", address, "uid", "mailbox", folder, "all")
        uids = sorted(
            int(line.split()[1]) for line in found.decode().splitlines() if "uid:" in line
        )
        return [self._one(address, folder, uid) for uid in uids]

    def wait_for_mail(self, address: str, count: int = 1) -> list[bytes]:
        wait_until(lambda: len(self.mailbox(address)) >= count, f"{count} mails for {address}")
        return self.mailbox(address)

    def create_folder(self, address: str, folder: str) -> None:
        self._doveadm("mailbox", "create", "-u", address, folder)

    def expunge(self, address: str, folder: str = "INBOX") -> None:
        self._doveadm("expunge", "-u", address, "mailbox", folder, "all")

    def change_uid_validity(self, address: str, value: int = 777) -> None:
        self._doveadm("mailbox", "update", "--uid-validity", str(value), "-u", address, "INBOX")

    def kick(self, address: str) -> None:
        """Every connection of this user ends, with a BYE."""
        self._run("doveadm", "-c", str(self._dovecot_conf), "kick", address, check=False)

    def refuse(self, recipient: str, answer: str) -> None:
        """For example `550 5.1.1 no such user` or `451 4.7.1 greylisted`; empty: take it again."""
        self._refusals[recipient] = answer
        self._write_refusals()
        self.reload_smtp()

    def reload_smtp(self) -> None:
        """So that Postfix, which keeps its tables, knows users that came after it was asked."""
        self._run("postfix", "-c", str(self._postfix_folder), "reload")
        time.sleep(0.5)

    @property
    def _dovecot_conf(self) -> Path:
        return self.folder / "dovecot.conf"

    @property
    def _postfix_folder(self) -> Path:
        return self.folder / "postfix"

    def _write_configuration(self) -> None:
        self.folder.chmod(0o755)
        for name, mode in (("run", 0o777), ("mail", 0o770), ("queue", 0o755), ("data", 0o700)):
            (self.folder / name).mkdir(exist_ok=True)
            (self.folder / name).chmod(mode)
        self._postfix_folder.mkdir(exist_ok=True)
        shutil.chown(self.folder / "mail", "mail", "mail")
        shutil.chown(self.folder / "data", "postfix")
        values = {
            "folder": self.folder,
            "imap_port": self.imap_port,
            "smtp_port": self.smtp_port,
            "lmtp_port": self.lmtp_port,
            "auth_port": self._auth_port,
            "connections": self._connections,
            "oauth": "",
        }
        if self._introspection_url:
            values["oauth"] = DOVECOT_OAUTH.format(**values)
            told = OAUTH.format(introspection_url=self._introspection_url)
            (self.folder / "oauth.conf").write_text(told)
        self._dovecot_conf.write_text(DOVECOT.format(**values))
        (self._postfix_folder / "main.cf").write_text(POSTFIX.format(**values))
        (self._postfix_folder / "master.cf").write_text(SERVICES.format(**values))
        self._write_refusals()
        self._write_users()

    def _write_users(self) -> None:
        whole = self.folder / "users.new"
        whole.write_text("".join(f"{user}\n" for user in self._users))
        whole.rename(self.folder / "users")
        if self._postfix_folder.exists():
            addresses = (user.partition(":")[0] for user in self._users)
            mailboxes = "".join(f"{address} here\n" for address in addresses)
            (self._postfix_folder / "mailboxes").write_text(mailboxes)

    def _write_refusals(self) -> None:
        lines = (f"{who} {answer}\n" for who, answer in self._refusals.items() if answer)
        (self._postfix_folder / "refusals").write_text("".join(lines))

    def _one(self, address: str, folder: str, uid: int) -> bytes:
        query = ("mailbox", folder, "uid", str(uid))
        found = self._doveadm("fetch", "-u", address, "text", *query)
        return found.partition(b"\n")[2].rstrip(b"\x0c\n") + b"\n"

    def _may_log_in(self, address: str, password: str) -> bool:
        return b"auth succeeded" in self._run(
            "doveadm", "-c", str(self._dovecot_conf), "auth", "test", address, password, check=False
        )

    def _doveadm(self, *arguments: str, stdin: bytes | None = None) -> bytes:
        return self._run("doveadm", "-c", str(self._dovecot_conf), *arguments, stdin=stdin)

    def _run(
        self, name: str, *arguments: str, stdin: bytes | None = None, check: bool = True
    ) -> bytes:
        command = [shutil.which(name, path=SEARCH_PATH) or name, *arguments]
        with (self.folder / "commands.log").open("ab") as log:
            done = subprocess.run(
                command, input=stdin, stdout=subprocess.PIPE, stderr=log, timeout=60, check=False
            )
        if check and done.returncode:
            raise RuntimeError(f"{command}: {(self.folder / 'commands.log').read_text()[-2000:]}")
        return done.stdout


@contextmanager
def running_mail_servers(**options: Any) -> Iterator[MailServers]:
    """Skips the test where the servers are not installed; in CI that is a failure."""
    missing = [name for name in BINARIES if not shutil.which(name, path=SEARCH_PATH)]
    if missing and not os.environ.get("CI"):
        pytest.skip(f"not installed on this machine: {', '.join(missing)}")
    if os.geteuid() and not os.environ.get("CI"):
        pytest.skip("Dovecot and Postfix have to be started as root")
    # not pytest's folder: the servers run as users of their own, who may not enter it
    with TemporaryDirectory(prefix="inbox-mail-", ignore_cleanup_errors=True) as folder:
        servers = MailServers(Path(folder), **options)
        try:
            servers.start()
            yield servers
        finally:
            servers.stop()


def free_ports(count: int) -> list[int]:
    """Distinct ones, held until all are known."""
    held = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [one.getsockname()[1] for one in held]
    for one in held:
        one.close()
    return ports


def is_listening(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def wait_until(true: Callable[[], bool], what: str, seconds: float = READY_SECONDS) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if true():
            return
        time.sleep(0.1)
    raise AssertionError(f"not within {seconds} s: {what}")
