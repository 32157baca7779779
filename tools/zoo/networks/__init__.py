"""All networks of the zoo; importing them registers them, in the order of the table."""
from . import (  # noqa: F401
    classics,
    residual,
    mobile,
    attention,
    maps,
    signals,
    python_forms,
    operations,
    relus,
    onnx_exported,
    onnx_written,
    onnx_quantized,
    refused,
)
