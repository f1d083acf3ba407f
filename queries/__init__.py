"""What can be asked of what is stored."""
