"""Pages and stretches that stand elsewhere too: one module for each table."""
