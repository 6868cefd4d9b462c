"""Commands that write something."""
