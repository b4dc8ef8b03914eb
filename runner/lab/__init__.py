"""Simulated network devices, for trying a playbook without owning a router."""

from runner.lab.foreground import serve_forever
from runner.lab.running import LabDevice, LabHost, RunningLab, plays, start_lab

__all__ = ["LabDevice", "LabHost", "RunningLab", "plays", "serve_forever", "start_lab"]
