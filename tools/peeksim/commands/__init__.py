"""The programs, one file each, and what they share. A command without its packages says which to
install."""
