"""Texts of every kind that a source might hold, for hypothesis."""

from hypothesis import strategies as st

_SCRAPS = [
    "Diazepam acts on GABA-A. ", "Dr. Smith et al. (2001) found 5.5 mg. ", "vitamin K\u00a0. ", "A\u202f. b ",
    "x" * 300, "ab" * 900, "שלום עולם. ", "مرحبا بالعالم؟ ", "你好。再见！",
    "👩‍👩‍👧‍👦", "🇬🇧", "e\u0301\u0323", "a\u200b\u0301",
    "\u0301", "\r\n", "\r", "\n\n", "\n \n", "\t", " ", "\x0c", "\x85", "\u2028",
    "\u202e", "\ufeff", "\x00",
    "1. ", "- ", "| a | b |", "e.g. ", "?!", "...", "\u00ad", "ﬁ", "\u1100\u1161", "; ", ", ",
    "\ud800", "[SEP]",
]  # fmt: skip

any_text = st.text(max_size=300)
wild_text = st.lists(st.one_of(st.sampled_from(_SCRAPS), st.text(max_size=20)), max_size=60).map("".join)
texts = st.one_of(wild_text, any_text)
