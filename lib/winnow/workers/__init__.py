"""What runs in a Python worker of Spark: kernels over Arrow batches, and the extractor."""
