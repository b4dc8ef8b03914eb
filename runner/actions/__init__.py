"""Everything a task can do. To add an action, write one file and add one line here."""

from __future__ import annotations

from collections.abc import Mapping

from runner.actions.adding import AddingHost, GroupBy
from runner.actions.api import Action
from runner.actions.assemble import Assemble
from runner.actions.assertion import Assert, Fail
from runner.actions.backup import Backup
from runner.actions.blockinfile import BlockInFile
from runner.actions.cli import Cli
from runner.actions.cli_parse import CliParse
from runner.actions.config import Config
from runner.actions.debug import Debug
from runner.actions.expect import Expect
from runner.actions.facts import Facts
from runner.actions.file import File
from runner.actions.files import Copy, Template
from runner.actions.find import Find
from runner.actions.flow import IncludeRole, IncludeTasks, Meta
from runner.actions.gather_facts import GatherFacts
from runner.actions.get_url import GetUrl
from runner.actions.include_vars import IncludeVars
from runner.actions.late import LATE, Late
from runner.actions.lineinfile import LineInFile
from runner.actions.pause import Pause
from runner.actions.ping_device import PingDevice
from runner.actions.processes import Command, Raw, Script, Shell
from runner.actions.reach import Reach
from runner.actions.replacing import Replace
from runner.actions.set_fact import SetFact
from runner.actions.setup import Setup
from runner.actions.slurp import Fetch, Slurp
from runner.actions.stat import Stat
from runner.actions.telling import Ping, SetStats
from runner.actions.telnet import Telnet
from runner.actions.tempfiles import Tempfile
from runner.actions.transfer import NetGet, NetPut
from runner.actions.uri import Uri
from runner.actions.validating import ValidateArgumentSpec
from runner.actions.wait_for import WaitFor
from runner.actions.wait_for_connection import WaitForConnection

ACTIONS: Mapping[str, Action] = {
    "add_host": AddingHost(),
    "assemble": Assemble(),
    "assert": Assert(),
    "backup": Backup(),
    "blockinfile": BlockInFile(),
    "cli": Cli(),
    "cli_parse": CliParse(),
    "command": Command(),
    "config": Config(),
    "copy": Copy(),
    "debug": Debug(),
    "expect": Expect(),
    "facts": Facts(),
    "fail": Fail(),
    "fetch": Fetch(),
    "file": File(),
    "find": Find(),
    "gather_facts": GatherFacts(),
    "get_url": GetUrl(),
    "group_by": GroupBy(),
    "include_role": IncludeRole(),
    "include_tasks": IncludeTasks(),
    "include_vars": IncludeVars(),
    LATE: Late(),
    "lineinfile": LineInFile(),
    "meta": Meta(),
    "pause": Pause(),
    "ping": Ping(),
    "net_get": NetGet(),
    "net_put": NetPut(),
    "ping_device": PingDevice(),
    "raw": Raw(),
    "reach": Reach(),
    "replace": Replace(),
    "script": Script(),
    "set_fact": SetFact(),
    "set_stats": SetStats(),
    "setup": Setup(),
    "shell": Shell(),
    "slurp": Slurp(),
    "stat": Stat(),
    "telnet": Telnet(),
    "tempfile": Tempfile(),
    "template": Template(),
    "uri": Uri(),
    "validate_argument_spec": ValidateArgumentSpec(),
    "wait_for": WaitFor(),
    "wait_for_connection": WaitForConnection(),
}
