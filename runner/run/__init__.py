"""The one composition: load → plan → conduct → outputs."""
