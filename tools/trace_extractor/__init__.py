"""From a torch.nn.Module and some images to a trace (docs/trace-format.md).

errors   the one error type               loading  models and images by name
graph    torch.fx, in-place undone        ops      what a node of the graph does
layers   which value enters which ReLU    store    the HDF5 file
weights  folded weights and biases        recording  the passes over the images
quantize int8 arithmetic                  extract  the whole, from net to file
analyse  a network's layers and graph     command  what the programs share on the command line
states   weights from files               onnx_model, _graph, _operators, _moves  ONNX files
"""
