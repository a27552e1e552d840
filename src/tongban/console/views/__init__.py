"""HTTP of the console."""
