"""Settings, recipes, rules and lists that come with winnow."""
