"""The command line: options, exit codes, and nothing else."""

COMMANDS = ("run", "exec", "ping", "init", "inventory", "vault", "lab", "schema", "lint")
