"""Make a transformer faster on a CPU without changing what it computes: packed weights, fused activations.

By oneDNN's linear layer with a post-operation, which torch has for its compiler but which needs none. Where
torch lacks it, or it does not agree, the model stays as it is. Not for choosing a model: see `ingest.embed`.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from torch import Tensor

_ALIKE = 0.99  # least cosine of what a fused layer and the layer itself give
_ROWS = 16  # on which a packed map is held against the map itself

Then = Literal["none", "gelu"]
# What a torch that packs otherwise raises.
_UNABLE = (RuntimeError, NotImplementedError, AttributeError, TypeError)


def packed(weight: Tensor, bias: Tensor | None, then: Then = "none") -> Callable[[Tensor], Tensor] | None:
    """A linear map whose weight lies in the order in which oneDNN reads it.

    Args:
        weight: Shape (outputs, inputs); only bfloat16 is packed.
        bias: Shape (outputs,).
        then: What is applied to the outputs; "gelu" is the exact one.

    Returns:
        Maps states of shape (..., inputs) to (..., outputs), of the type of the weight; None where this torch
        cannot, or gives something else.
    """
    import torch

    if weight.dtype != torch.bfloat16 or not hasattr(torch.ops.mkldnn, "_linear_pointwise"):
        return None
    try:
        with torch.inference_mode():
            found = _packed(weight, bias, then)
            states = torch.linspace(-1, 1, _ROWS * weight.shape[1]).reshape(_ROWS, -1).bfloat16()
            plain = torch.nn.functional.linear(states, weight, bias)
            if then == "gelu":
                plain = torch.nn.functional.gelu(plain)
            is_same = _are_alike(plain.float(), found(states).float())
    except _UNABLE:
        return None
    return found if is_same else None


def fused(transformer: Any) -> Any:  # noqa: ANN401  (a transformers model, which is untyped)
    """A copy of the transformer with its linear layers packed, or itself where that cannot be."""
    import torch

    if transformer.dtype != torch.bfloat16 or not hasattr(torch.ops.mkldnn, "_linear_pointwise"):
        return transformer
    model = copy.deepcopy(transformer)
    try:
        with torch.inference_mode():
            for module in list(model.modules()):
                _fuse_gelu(module)
            for module in list(model.modules()):
                for name, child in list(module.named_children()):
                    if type(child) is torch.nn.Linear:
                        setattr(module, name, _as_module(child, "none"))
            ids = torch.arange(64, 128)[None, :]
            one, two = (each(input_ids=ids).last_hidden_state.float() for each in (transformer, model))
            is_same = _are_alike(one, two)
    except _UNABLE:
        return transformer
    return model if is_same else transformer


def _are_alike(one: Tensor, two: Tensor) -> bool:
    import torch

    return bool(torch.nn.functional.cosine_similarity(one, two, dim=-1).min() > _ALIKE)


def _fuse_gelu(module: Any) -> None:  # noqa: ANN401
    """Where a module is a linear layer and then an exact GELU, as in BERT, make them one."""
    import torch
    from transformers.activations import GELUActivation

    act = getattr(module, "intermediate_act_fn", None)
    dense = getattr(module, "dense", None)
    if isinstance(act, GELUActivation | torch.nn.GELU) and type(dense) is torch.nn.Linear:
        module.dense = _as_module(module.dense, "gelu")
        module.intermediate_act_fn = torch.nn.Identity()


def _packed(weight: Tensor, bias: Tensor | None, then: Then) -> Callable[[Tensor], Tensor]:
    import torch

    kept = torch.ops.mkldnn._reorder_linear_weight(weight.detach().contiguous(), 4096)
    beside = None if bias is None else bias.detach()
    algorithm = "none" if then == "gelu" else ""

    def apply(states: Tensor) -> Tensor:
        found: Tensor = _linear(states, kept, beside, then, [], algorithm)
        return found

    return apply


def _linear(*arguments: Any) -> Any:  # noqa: ANN401
    import torch

    return torch.ops.mkldnn._linear_pointwise(*arguments)


def _as_module(linear: Any, then: Then) -> Any:  # noqa: ANN401
    import torch

    class Packed(torch.nn.Module):
        """A packed linear layer."""

        def __init__(self) -> None:
            super().__init__()
            self._map = _packed(linear.weight, linear.bias, then)

        def forward(self, states: torch.Tensor) -> torch.Tensor:
            return self._map(states)

    return Packed()
