"""From a torch.nn.Module and some images to a trace (docs/trace-format.md).

loading  models and images by name        states   weights from files
tracing, graph  torch.fx, in-place undone ops      what a node of the graph does
analyse  a network's layers and graph     layers   which value enters which ReLU
weights  folded weights and biases        recording  the passes over the images
quantize int8 arithmetic                  store    the HDF5 file
extract  the whole, from net to file      onnx_model, _graph, _operators, _moves  ONNX files
"""
