"""One short file per paper: models, notation, claims, figures.  Installed as :mod:`symness.derivations`."""
