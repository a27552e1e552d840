"""HTTP: app factory, renderer, themes, CSRF, errors, assets, health, metrics."""
