"""The org tree, positions and appointments."""
