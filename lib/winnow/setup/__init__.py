"""What `make setup` and `make pack` run."""
