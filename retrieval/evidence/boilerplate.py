"""Is a sentence the same on many pages, whatever they are about? Then it says nothing about any of them."""

from __future__ import annotations

from corpus.record import SourceId
from retrieval.evidence.desk import Desk, Evidence

_SUBJECTS = 4  # different things that pages with the same sentence are about
_LOOKED_AT = 12  # passages
_WORDS = 12  # of the sentence that are looked for


def is_boilerplate(each: Evidence, desk: Desk) -> bool:
    """Whether pages about several other things hold the same sentence.

    Only for sources whose record says what they are about; what names its own subject is never boilerplate.
    """
    names = each.source.names
    says_what_it_is_about = each.entities & desk.lexicon.entities_in(names[0]) if names else True
    if says_what_it_is_about and not each.inserted:
        return False
    words = " ".join(each.quote.split()[:_WORDS])
    sources = desk.index.sources_saying(words, _LOOKED_AT)
    subjects = {desk.index.source(SourceId(source)).names[:1] for source in sources}
    return len(subjects) >= _SUBJECTS
