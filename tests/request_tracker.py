"""A real Request Tracker 5 on this machine, with a data folder of its own. Tests that use it carry the marker `rt`."""

import os
import shutil
import socket
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import requests

SET_UP = "/usr/sbin/rt-setup-database-5"
SERVER = "/usr/share/request-tracker5/libexec/rt-server"
INSTALL = "apt-get install request-tracker5 rt5-standalone rt5-db-sqlite libdbd-sqlite3-perl"
START_SECONDS = 60
# The cost makes a request take 20 ms instead of 300: each proves the password anew.
CONFIGURATION = """
Set($rtname, 'tests');
Set($Organization, 'tests.example');
Set($WebDomain, '127.0.0.1');
Set($WebPort, {port});
Set($DatabaseType, 'SQLite');
Set($DatabaseName, '{folder}/rt.sqlite');
Set($LogToSyslog, undef);
Set($LogToSTDERR, 'warning');
Set($MailCommand, 'testfile');
Set($MasonDataDir, '{folder}/mason');
Set($WebSessionClass, 'Apache::Session::File');
Set($MasonSessionDir, '{folder}/sessions');
Set(%FullTextSearch, Enable => 1, Indexed => 0);
Set($BcryptCost, 4);
1;
"""
# Without scrips nobody is mailed, and a ticket takes a tenth of the time. REST 2 gives no rights and makes no tokens.
# The user "mute" may comment on tickets and see no comments; "reader" may see them, too.
PREPARE = """
use lib '/usr/share/request-tracker5/lib';
use RT -init;
my $scrips = RT::Scrips->new(RT->SystemUser);
$scrips->UnLimit;
while (my $scrip = $scrips->Next) { $scrip->SetDisabled(1) }
my $queue = RT::Queue->new(RT->SystemUser);
$queue->Load('General');
sub add_user {
    my ($name, @rights) = @_;
    my $user = RT::User->new(RT->SystemUser);
    $user->Create(Name => $name, Password => "$name-password", Privileged => 1);
    $user->PrincipalObj->GrantRight(Right => $_, Object => $queue) for @rights;
}
add_user('mute', qw(SeeQueue ShowTicket CommentOnTicket));
add_user('reader', qw(SeeQueue ShowTicket CommentOnTicket ShowTicketComments));
my $root = RT::CurrentUser->new(RT->SystemUser);
$root->Load('root');
my ($id, $message, $token) = RT::AuthToken->new($root)->Create(Owner => $root->id, Description => 'tests');
print $token;
"""


@dataclass
class RequestTrackerServer:
    """`ask` speaks for the administrator of Request Tracker."""

    url: str
    folder: Path
    token: str
    user: str = "root"
    password: str = "password"
    http: requests.Session = field(default_factory=requests.Session)

    def ask(self, method: str, path: str, body: Any = None, **options: Any) -> Any:
        url, auth = f"{self.url}/REST/2.0{path}", (self.user, self.password)
        answer = self.http.request(method, url, json=body, auth=auth, timeout=30, **options)
        assert answer.ok, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json() if answer.content else None

    def add(self, path: str, **values: Any) -> str:
        """The id of what was made."""
        return str(self.ask("POST", path, values)["id"])


def is_installed() -> bool:
    return shutil.which(SET_UP) is not None and Path(SERVER).exists()


def prepare(folder: Path, fill: Callable[[RequestTrackerServer], None]) -> None:
    """A data folder with its accounts and what `fill` adds, to begin from."""
    for name in ("etc", "mason", "sessions"):
        (folder / name).mkdir(parents=True)
    with configured(folder, free_port()) as options:
        subprocess.run([SET_UP, "--action", "init", "--skip-create"], check=True, **options)
        made = subprocess.run(["perl", "-e", PREPARE], check=True, text=True, **options | {"stdout": subprocess.PIPE})
    (folder / "token").write_text(made.stdout)
    with request_tracker(folder) as server:
        fill(server)


@contextmanager
def request_tracker(folder: Path) -> Iterator[RequestTrackerServer]:
    """Serves a prepared folder."""
    port = free_port()
    command = [SERVER, "--host", "127.0.0.1", "--port", str(port), "--max-workers", "2"]
    with configured(folder, port) as options, subprocess.Popen(command, **options) as process:
        try:
            made = RequestTrackerServer(f"http://127.0.0.1:{port}", folder, (folder / "token").read_text())
            wait_for(made, process)
            yield made
        finally:
            process.terminate()


@contextmanager
def configured(folder: Path, port: int) -> Iterator[dict[str, Any]]:
    """How to call the programs of Request Tracker for this folder."""
    text = CONFIGURATION.replace("{port}", str(port)).replace("{folder}", str(folder))
    (folder / "etc" / "RT_SiteConfig.pm").write_text(text)
    env = {**os.environ, "RT_SITE_CONFIG_DIR": str(folder / "etc"), "TMPDIR": str(folder)}
    with (folder / "log").open("a") as log:
        yield {"env": env, "stdout": log, "stderr": log, "cwd": folder}


def wait_for(server: RequestTrackerServer, process: "subprocess.Popen[bytes]") -> None:
    until = monotonic() + START_SECONDS
    while monotonic() < until and process.poll() is None:
        with suppress(requests.ConnectionError):
            server.ask("GET", "/rt")
            return
        sleep(0.1)
    raise RuntimeError(f"Request Tracker did not start: {(server.folder / 'log').read_text()[-2000:]}")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port
