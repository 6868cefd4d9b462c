"""What all commands share: options, help, start, progress, results, messages, exit codes."""
