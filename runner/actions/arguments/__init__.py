"""What a task says to its action, read as the kinds that the action asks for."""
