"""What may enter a grid, with which limits, until when."""
