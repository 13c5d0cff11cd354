"""A real Slurm on this machine's loopback, with nodes and GPUs that are pretended.

No systemd, no accounting, no root: a few daemons in a folder of their own, ended one by one.
"""

import getpass
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

PROGRAMS = ("munged", "slurmctld", "slurmd", "sbatch", "srun", "squeue", "scancel", "sinfo")
CLIENTS = ("sacct", "sacctmgr", "sbatch", "scancel", "scontrol", "sinfo", "squeue", "srun")
# Each pretended GPU wants a device file of its own; these are on every machine.
GPU_FILES = ("/dev/zero", "/dev/null")
NODE_CPUS, NODE_MB = 3, 16000
LIMIT_S = 60

CONFIGURATION = """\
ClusterName=test
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={port}
SlurmUser={user}
SlurmdUser={user}
AuthType=auth/munge
CredType=cred/munge
AuthInfo=socket={folder}/munge.socket
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool-%n
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd-%n.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd-%n.log
# By process group, so that nothing escapes whose parent ends first.
ProctrackType=proctrack/pgid
TaskPlugin=task/none
# Memory is watched by polling, since control groups are not there in every container.
JobAcctGatherType=jobacct_gather/linux
JobAcctGatherFrequency=task=1
JobAcctGatherParams=OverMemoryKill
JobCompType=jobcomp/filetxt
JobCompLoc={folder}/completed.txt
MpiDefault=none
SwitchType=switch/none
GresTypes=gpu
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU_Memory
SlurmdParameters=config_overrides
SchedulerParameters=batch_sched_delay=0,bf_interval=2,sched_interval=2
ReturnToService=2
JobRequeue=0
# Tests ask about jobs that have ended long ago.
MinJobAge=7200
InactiveLimit=0
KillWait=2
SlurmdTimeout=10
OverTimeLimit=0
UnkillableStepTimeout=20
"""


class Scheduler:
    """A Slurm with one node for each number of GPUs.

    Parameters
    ----------
    folder : Path
        Where it keeps everything. Its path is short, at most 80 characters: sockets are in it.
    gpus : tuple of int
        The number of GPUs of each node; the nodes are n1, n2, ...
    """

    def __init__(self, folder: Path, gpus: tuple[int, ...]):
        self.folder = folder
        self.gpus = gpus
        self.nodes = [f"n{number}" for number in range(1, len(gpus) + 1)]
        self.processes: dict[str, subprocess.Popen] = {}

    # Start and end

    def start(self) -> None:
        """Start all daemons, and wait until the nodes take jobs."""
        for name in ("state", "bin", *(f"spool-{node}" for node in self.nodes)):
            (self.folder / name).mkdir(parents=True)
        self.write_configuration()
        key = self.folder / "munge.key"
        key.touch(0o600)
        key.write_bytes(os.urandom(128))
        places = {"key-file": "key", "socket": "socket", "pid-file": "pid", "seed-file": "seed"}
        options = [f"--{name}={self.folder}/munge.{end}" for name, end in places.items()]
        self.launch("munged", "munged", "--foreground", "--force", *options)
        wait_until("munged", (self.folder / "munge.socket").exists)
        self.launch("slurmctld", "slurmctld", "-D", "-f", str(self.folder / "slurm.conf"))
        for node in self.nodes:
            self.start_node(node)
        wait_until("idle nodes", lambda: self.list_idle() == self.nodes)

    def start_node(self, node: str) -> None:
        """Start a node, or start it again."""
        self.launch(node, "slurmd", "-D", "-N", node, "-f", str(self.folder / "slurm.conf"))

    def kill_node(self, node: str) -> None:
        """Let a node crash: its daemon and all that runs on it are gone at once."""
        workers = self.find_processes(node)
        keepers = {find_parent(pid) for pid in workers} - workers
        keepers = {pid for pid in keepers if pid and read_name(pid) == "slurmstepd"}
        for pid in (self.processes[node].pid, *keepers, *workers):
            # What has ended meanwhile needs no kill.
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.processes.pop(node).wait(LIMIT_S)

    def stop(self) -> None:
        """End all jobs, then the daemons, the last started first."""
        self.call("scancel", "--user", getpass.getuser())
        try:
            wait_until("the end of all jobs", lambda: not self.call("squeue", "-h"))
        finally:
            for process in reversed(self.processes.values()):
                process.terminate()
            for process in self.processes.values():
                try:
                    process.wait(10)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()

    def launch(self, name: str, *command: str) -> None:
        """Start a daemon that stays in the foreground."""
        with (self.folder / f"{name}.out").open("a") as output:
            self.processes[name] = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env=os.environ | {"PATH": extend_path()},
                # A Ctrl-C is for the tests: they end the daemons in order.
                start_new_session=True,
            )

    def write_configuration(self) -> None:
        """Write what the daemons read, and commands that find it."""
        host = socket.gethostname().split(".")[0]
        ports = find_ports(1 + len(self.nodes))
        lines = [
            f"NodeName={node} NodeHostname={host} NodeAddr=127.0.0.1 Port={port} CPUs={NODE_CPUS} "
            f"RealMemory={NODE_MB} State=UNKNOWN" + (f" Gres=gpu:{n}" if n else "")
            for node, port, n in zip(self.nodes, ports[1:], self.gpus, strict=True)
        ]
        lines.append("PartitionName=main Nodes=ALL Default=YES MaxTime=INFINITE State=UP")
        text = CONFIGURATION.format(
            host=host, port=ports[0], user=getpass.getuser(), folder=self.folder
        )
        (self.folder / "slurm.conf").write_text(text + "\n".join(lines) + "\n")
        gpus = [
            f"NodeName={node} Name=gpu File={file}\n"
            for node, n in zip(self.nodes, self.gpus, strict=True)
            for file in GPU_FILES[:n]
        ]
        (self.folder / "gres.conf").write_text("".join(gpus))
        # Before 23.02 there was no way to do without; v1 touches nothing that is not asked for.
        slurmd = shutil.which("slurmd", path=extend_path())
        version = subprocess.run([slurmd, "-V"], capture_output=True, text=True, check=True).stdout
        plugin = "disabled" if int(version.split()[1].split(".")[0]) >= 23 else "cgroup/v1"
        (self.folder / "cgroup.conf").write_text(f"CgroupPlugin={plugin}\n")
        for name in CLIENTS:
            # The executor takes SLURM_CONF out of the environment of what it starts on a node.
            wrapper = self.folder / "bin" / name
            real = shutil.which(name) or name
            wrapper.write_text(f'#!/bin/sh\nSLURM_CONF={self.folder}/slurm.conf exec {real} "$@"\n')
            wrapper.chmod(0o755)

    # Questions and commands

    @property
    def path(self) -> str:
        """A PATH on which this Slurm's commands come first."""
        return f"{self.folder}/bin{os.pathsep}{os.environ['PATH']}"

    def call(self, command: str, *options: str) -> str:
        """Call one of Slurm's commands, and give what it prints."""
        return subprocess.run(
            [f"{self.folder}/bin/{command}", *options],
            capture_output=True,
            text=True,
            timeout=LIMIT_S,
            check=False,
        ).stdout.strip()

    def list_idle(self) -> list[str]:
        """List the nodes that are idle."""
        return sorted(self.call("sinfo", "-h", "-N", "-t", "idle", "-o", "%N").split())

    def list_jobs(self, state: str = "running") -> dict[str, tuple[str, str]]:
        """List jobs in a state: for each number its comment, which names the rule, and its node."""
        lines = self.call("squeue", "-h", "-t", state, "-o", "%i|%k|%N").splitlines()
        return {job: (comment, node) for job, comment, node in (line.split("|") for line in lines)}

    def read_job(self, job: str) -> dict[str, str]:
        """Read all that Slurm says of a job."""
        words = self.call("scontrol", "show", "job", "-o", "-d", job).split()
        return dict(word.split("=", 1) for word in words if "=" in word)

    def find_processes(self, node: str) -> set[int]:
        """Find the processes of this Slurm's jobs on a node, by their environment."""
        found = set()
        for entry in Path("/proc").glob("[0-9]*"):
            # They come and go, and others' may not be read.
            with suppress(OSError):
                environment = (entry / "environ").read_bytes()
                own = f"{self.folder}/bin".encode() in environment
                if own and f"SLURMD_NODENAME={node}\0".encode() in environment:
                    found.add(int(entry.name))
        return found


def find_parent(pid: int) -> int | None:
    """Find the parent of a process; None if the process is gone."""
    with suppress(OSError):
        # The name, in brackets, may hold anything.
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    return None


def read_name(pid: int) -> str:
    """Read the name of a process's program; empty if the process is gone."""
    with suppress(OSError):
        return Path(f"/proc/{pid}/comm").read_text().strip()
    return ""


def extend_path() -> str:
    """Give a PATH that has the folders of daemons."""
    return os.pathsep.join([os.environ["PATH"], "/usr/sbin", "/sbin"])


def find_missing() -> list[str]:
    """List the programs of Slurm that are not installed here."""
    return [name for name in PROGRAMS if not shutil.which(name, path=extend_path())]


def find_ports(n: int) -> list[int]:
    """Find ports that nobody listens on."""
    listeners = [socket.create_server(("127.0.0.1", 0)) for _ in range(n)]
    ports = [listener.getsockname()[1] for listener in listeners]
    for listener in listeners:
        listener.close()
    return ports


def wait_until(what: str, holds: Callable[[], bool], limit_s: float = LIMIT_S) -> None:
    """Wait until a condition holds; fail if it does not in time."""
    end = time.monotonic() + limit_s
    while not holds():
        assert time.monotonic() < end, f"waited {limit_s} s for {what}"
        time.sleep(0.2)
