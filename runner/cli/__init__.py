"""The command line: options, exit codes, and nothing else."""
