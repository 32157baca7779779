"""Which part of the saved MACs becomes time, on which machine, and why (docs/findings.md).

machines    the machines that are compared
losses      what keeps saved MACs from becoming time: arithmetic only
runs        a machine on a network's trace, with and without prediction
accuracy    what the prediction costs in top-1, from docs/findings-accuracy.json
measure     makes that file, from trained networks and images
tables      the tables of the page
pictures    its pictures
command     docs/findings.py: all of it
"""
