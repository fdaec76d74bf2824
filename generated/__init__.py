"""Evaluators written by ``symness generate``, one self-contained file each.  Installed as :mod:`symness.generated`."""
