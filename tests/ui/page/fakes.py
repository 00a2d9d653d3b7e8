"""What the tests of the page need besides the real thing: a paced answer, a hostile one, a small PDF."""

import io
import threading
from contextlib import contextmanager
from types import SimpleNamespace

from corpus.record import Kind
from ingest.document import Passage, PassageId, Span
from retrieval.answer import Answer, Citation, Outcome, Receipt, SourceRef, Statement
from retrieval.events import Done, Opening, StatementReady
from retrieval.pipeline import Citewell

HOSTILE = (
    '<img src=x onerror="window.harmed=1"> <script>window.harmed=1</script> [x](javascript:window.harmed=1) '
    "![x](http://harm.example/x.png) ${window.harmed=1} {{constructor}} "
    "</textarea><svg onload=window.harmed=1>"
)


def pdf_of(sentence):
    """A PDF of one page that says a sentence."""
    from pypdf import PdfWriter
    from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject

    writer = PdfWriter()
    page = writer.add_blank_page(width=595, height=842)
    font = DictionaryObject(
        {NameObject(key): NameObject(value) for key, value in
         (("/Type", "/Font"), ("/Subtype", "/Type1"), ("/BaseFont", "/Helvetica"))}
    )  # fmt: skip
    fonts = DictionaryObject({NameObject("/F1"): writer._add_object(font)})
    page[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): fonts})
    text = DecodedStreamObject()
    text.set_data(f"BT /F1 12 Tf 50 780 Td ({sentence}) Tj ET".encode("latin-1"))
    page[NameObject("/Contents")] = writer._add_object(text)
    written = io.BytesIO()
    writer.write(written)
    return written.getvalue()


class Paced(Citewell):
    """Answers as the real one does; remembers what was asked, and can be held in the middle of an answer."""

    def __init__(self, citewell):
        super().__init__(citewell.settings)
        self.real, self.asked, self.hold_after = citewell, [], None

    @property
    def desk(self):
        return self.real.desk

    def stream(self, question, earlier=(), filters=None):
        self.asked.append((question, list(earlier)))
        for number, part in enumerate(self.real.stream(question, earlier, filters)):
            if self.hold_after is not None and number >= self.hold_after:
                self.released.wait(20)
            yield part

    def holding(self, after):
        @contextmanager
        def hold():
            self.released, self.hold_after = threading.Event(), after
            try:
                yield
            finally:
                self.hold_after = None
                self.released.set()

        return hold()


class Hostile(Citewell):
    """Answers as if every source and every field had been written by an attacker."""

    def stream(self, question, earlier=(), filters=None):
        citation = Citation(
            number=1, source_id="s", passage_id="p", start=0, end=len(HOSTILE), quote=HOSTILE, support=1.0
        )
        fields = {"title": HOSTILE, "authors": (HOSTILE,), "journal": HOSTILE}
        source = SourceRef(number=1, id="s", kind=Kind.DOCUMENT, url="javascript:window.harmed=1", **fields)
        statement = Statement(heading=HOSTILE, text=HOSTILE, citations=(citation,))
        yield Opening()
        yield StatementReady(statement, (source,))
        yield Done(
            Answer(
                question=question,
                outcome=Outcome.ANSWERED,
                statements=(statement,),
                sources=(source,),
                notes=(HOSTILE,),
                disclaimer=HOSTILE,
                receipt=Receipt(settings="x", took_ms=1.0),
            )
        )

    @property
    def desk(self):
        text = f"{HOSTILE} and more"
        passage = Passage(PassageId("p"), "s", (HOSTILE,), None, text, Span(0, len(text)), 1, HOSTILE, ())
        source = SimpleNamespace(same_work_as=None, id="s")
        return SimpleNamespace(
            index=SimpleNamespace(row_of=lambda _: 0, passage=lambda _: passage, source=lambda _: source)
        )
