"""Nornir with its Netmiko plugin and its threaded runner."""

from __future__ import annotations

import logging

from common import COMMANDS, job
from nornir.core import Nornir
from nornir.core.inventory import ConnectionOptions, Defaults, Groups, Host, Hosts, Inventory
from nornir.core.plugins.connections import ConnectionPluginRegister
from nornir.core.task import Result, Task
from nornir.plugins.runners import ThreadedRunner
from nornir_netmiko.tasks import netmiko_send_command

logging.disable(logging.CRITICAL)
devices, workers, folder = job()


def collect(task: Task) -> Result:
    """One device's share of the job."""
    connection = task.host.get_connection("netmiko", task.nornir.config)
    connection.enable()
    texts = [task.run(netmiko_send_command, command_string=line).result for line in COMMANDS]
    (folder / f"{task.host.name}.txt").write_text("\n".join(texts))
    return Result(task.host)


hosts = {
    device["name"]: Host(
        device["name"],
        hostname=device["host"],
        port=device["port"],
        username=device["user"],
        password=device["password"],
        platform="cisco_ios",
        connection_options={"netmiko": ConnectionOptions(extras={"secret": device["enable"]})},
    )
    for device in devices
}
ConnectionPluginRegister.auto_register()
nornir = Nornir(
    Inventory(Hosts(hosts), Groups(), Defaults()), runner=ThreadedRunner(num_workers=workers)
)
outcome = nornir.run(collect)
if outcome.failed:
    raise SystemExit("some hosts failed")
nornir.close_connections()
