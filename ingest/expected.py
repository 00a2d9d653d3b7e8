"""Give the sentences of a generation the vectors of the questions that they are expected to answer.

Not for the questions themselves: see `corpus.expected`; nor for holding a question against them: see
`ingest.index`.
"""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from corpus.expected import Expected, masked
from corpus.lexicon import load_lexicon
from ingest.asking import QuestionReader
from ingest.stock import CORPUS_ROOT
from ingest.store import EXPECTED, EXPECTED_OF, read_passages

if TYPE_CHECKING:
    from ingest.index import Index


def write_expected(
    folder: Path,
    records: sqlite3.Connection,
    expected: Expected,
    before: Index | None,
    reader: QuestionReader,
) -> None:
    """Write the vectors of the expected questions, and which sentence each belongs to.

    `expected.npy` holds a vector for each question that differs from the others once its medicines are
    masked, shape (questions, dimension); `expected_of.npy` holds rows of three: of the question, of the
    sentence that answers it, and of the passage of that sentence.

    Args:
        folder: Where the generation is built.
        records: Its records, written already; the texts of the questions are added to them.
        expected: The questions; those of sources that are not the shipped ones are left out.
        before: The earlier generation; its vectors are taken over where the same reader made them.
        reader: Reads the questions.
    """
    lexicon = load_lexicon()
    texts: dict[str, int] = {}
    triples: list[tuple[int, int, int]] = []
    shipped = [id_ for (id_,) in records.execute("SELECT id FROM sources WHERE root = ?", (CORPUS_ROOT,))]
    for source_id in sorted(set(shipped) & expected.by_source.keys()):
        questions = expected.by_source[source_id]
        for stored in read_passages(records, "source_id = ? ORDER BY row", source_id):
            for at, span in enumerate(stored.passage.sentences):
                for question in questions.get(span.of(stored.passage.text), ()):
                    row = texts.setdefault(masked(question, lexicon), len(texts))
                    triples.append((row, stored.first_sentence + at, stored.row))
    vectors = np.zeros((len(texts), reader.dimension), dtype=np.float16)
    known: dict[str, int] = {}
    if before is not None and before.manifest.question_fingerprint == reader.fingerprint:
        known = before.expected_rows(list(texts))
        vectors[[texts[text] for text in known]] = before.expected_vectors[list(known.values())]
    new = [text for text in texts if text not in known]
    if new:
        vectors[[texts[text] for text in new]] = reader.encode(new)
    of: NDArray[np.int64] = np.array(triples, dtype=np.int64).reshape(-1, 3)
    np.save(folder / EXPECTED, vectors, allow_pickle=False)
    np.save(folder / EXPECTED_OF, of, allow_pickle=False)
    with records:
        records.execute("DELETE FROM expected")
        records.executemany("INSERT INTO expected VALUES (?,?)", ((row, text) for text, row in texts.items()))


def rows_of_texts(records: sqlite3.Connection, texts: list[str]) -> dict[str, int]:
    """Rows of the vectors of some questions, of those that are held."""
    found = records.execute(
        "SELECT text, row FROM expected WHERE text IN (SELECT value FROM json_each(?))", (json.dumps(texts),)
    )
    return {str(text): int(row) for text, row in found}
