"""Simulated network devices, for trying a playbook without owning a router."""

from runner.lab.running import LabDevice, LabHost, RunningLab, start_lab

__all__ = ["LabDevice", "LabHost", "RunningLab", "start_lab"]
