"""The story of ``bindings/scenario`` through the public package: ``python -m story write|read FOLDER``."""
