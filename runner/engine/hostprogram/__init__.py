"""One host's way through a play, as a generator that yields where other hosts matter."""
