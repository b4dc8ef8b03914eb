"""How the simulated platforms keep their configuration."""
