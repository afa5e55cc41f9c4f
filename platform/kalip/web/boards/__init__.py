"""Boards: a pipeline's stages as columns of cards that move by the same transitions as everywhere."""
