"""What runs in a Python worker: kernels over Arrow batches, and the process that extracts."""
