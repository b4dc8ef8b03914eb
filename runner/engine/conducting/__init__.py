"""Who may go on: the conductor, and what it knows of the hosts."""
