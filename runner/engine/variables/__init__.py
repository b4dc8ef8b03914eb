"""What variables a host has, and where each of them comes from."""
