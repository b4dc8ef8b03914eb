"""What is typed at a device, what it prints, and until when it is asked again."""
