"""Documents as files for training: their columns, the files, the folder, the data card."""
