"""Pure functions of one document or one Arrow buffer."""
