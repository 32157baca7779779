"""A search for the best machines in several metrics at once.

search    an Optuna study whose trials are design points
axes      the keys that vary, and their values
accuracy  accuracies measured before, as an objective
"""
