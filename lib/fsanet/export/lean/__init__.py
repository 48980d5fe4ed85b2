"""The same networks with less work: what export and ONNX Runtime are given instead of the trainable graph."""
