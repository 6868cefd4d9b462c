"""Records that an index chooses, before archives are read."""
