"""Properties that must hold for anything in a crawl, tried with generated input for any length of time."""
