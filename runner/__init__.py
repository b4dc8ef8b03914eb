"""playrun: a declarative playbook runner for network devices."""

__version__ = "0.1.0"
