"""What the kernel tells of the controller."""
