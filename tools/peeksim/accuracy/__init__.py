"""Zero prediction inside a PyTorch network: what it saves and what it costs (docs/accuracy.md).

settings    the prediction settings of a machine file for every layer, resolved by peeksim
activation  PeekActivation: the simulator's prediction rule in tensor operations
insert      PeekActivations put into a network by torch.fx
measure     labelled images through the network with and without prediction
calibrate   thresholds, windows and weights chosen on images without labels
distil      training without labels, towards the network without prediction
finetune    training with prediction in the loop
interval    the confidence intervals of a share and of a paired difference
results     results as JSON and as a table
"""
