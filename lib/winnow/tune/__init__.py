"""What other thresholds and URL lists would keep."""
