"""Where a task's device is, how it is reached, and the open sessions."""
