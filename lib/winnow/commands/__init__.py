"""Commands with sub-commands, one module each, and the options that commands share."""
