"""Which language a text is in, and which pages cannot be in a wanted one."""
