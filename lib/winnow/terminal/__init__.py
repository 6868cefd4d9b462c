"""Between a command line and the work: options, start, progress, results, how it ends."""
