"""Properties that must hold for whatever a crawl may hold, tried on generated input for as long as one likes."""
