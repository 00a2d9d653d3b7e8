"""Make a transformer faster on a CPU without changing what it computes: packed weights, fused activations.

By oneDNN's linear layer with a post-operation, which torch has for its compiler but which needs none. Where
torch lacks it, or it does not agree, the model stays as it is. Not for choosing a model: see `ingest.embed`.
"""

from __future__ import annotations

import copy
from typing import Any

_ALIKE = 0.99  # least cosine of what a fused layer and the layer itself give


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
                        setattr(module, name, _packed(child, "none"))
            ids = torch.arange(64, 128)[None, :]
            one, two = (each(input_ids=ids).last_hidden_state.float() for each in (transformer, model))
            is_same = bool(torch.nn.functional.cosine_similarity(one, two, dim=-1).min() > _ALIKE)
    except (RuntimeError, NotImplementedError, AttributeError, TypeError):  # this torch packs otherwise
        return transformer
    return model if is_same else transformer


def _fuse_gelu(module: Any) -> None:  # noqa: ANN401
    """Where a module is a linear layer and then an exact GELU, as in BERT, make them one."""
    import torch
    from transformers.activations import GELUActivation

    act = getattr(module, "intermediate_act_fn", None)
    dense = getattr(module, "dense", None)
    if isinstance(act, GELUActivation | torch.nn.GELU) and type(dense) is torch.nn.Linear:
        module.dense = _packed(module.dense, "gelu")
        module.intermediate_act_fn = torch.nn.Identity()


def _linear(*arguments: Any) -> Any:  # noqa: ANN401
    import torch

    return torch.ops.mkldnn._linear_pointwise(*arguments)


def _packed(linear: Any, then: str) -> Any:  # noqa: ANN401
    import torch

    class Packed(torch.nn.Module):
        """A linear layer whose weight lies in the order in which oneDNN reads it."""

        def __init__(self) -> None:
            super().__init__()
            self.weight = torch.ops.mkldnn._reorder_linear_weight(linear.weight.detach().contiguous(), 4096)
            self.bias = None if linear.bias is None else linear.bias.detach()

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            algorithm = "none" if then == "gelu" else ""
            found: torch.Tensor = _linear(x, self.weight, self.bias, then, [], algorithm)
            return found

    return Packed()
