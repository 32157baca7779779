"""What the paper reports, measured on other networks (docs/reproduction.md).

command  tools/reproduce.py: calibrates, measures and simulates
page     the page and its pictures, from the summaries that the command left
"""
