"""One task on one host: its loop, its conditions, its attempts, what came of it."""
