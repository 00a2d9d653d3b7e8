"""Public sets, read as their authors publish them. One module a set; `ADAPTERS` names them all.

Not for our own sets: those are YAML files (`evals.questions`).
"""
