"""Memory of one NPU by category: weights, states, activations, KV cache, buffers."""
