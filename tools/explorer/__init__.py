"""What tools/explore.py is made of."""
