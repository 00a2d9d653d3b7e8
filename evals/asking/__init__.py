"""How questions are learnt to be read: by which expected questions one sentence answers."""
