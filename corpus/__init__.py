"""The shipped sources as files, and the words people use for what they are about.

Data that people read and edit, and the little code that reads it. Nothing here knows of vectors or questions.
"""
