"""What a user sets: settings, rules, lists, and the fingerprints that follow from them."""
