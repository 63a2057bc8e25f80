"""The Llama layout in plain torch, with the tensor names that other programs expect."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

CONFIG = {
    "architectures": ["LlamaForCausalLM"],
    "model_type": "llama",
    "vocab_size": 4096,
    "hidden_size": 256,
    "intermediate_size": 688,
    "num_hidden_layers": 6,
    "num_attention_heads": 8,
    "num_key_value_heads": 2,
    "max_position_embeddings": 512,
    "rms_norm_eps": 1e-5,
    "rope_theta": 10000.0,
    "tie_word_embeddings": True,
    "torch_dtype": "float16",
}
D, H, KV, HEAD = 256, 8, 2, 32


class Norm(nn.Module):
    """Root-mean-square normalisation with a learnt scale."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(D))

    def forward(self, x: Tensor) -> Tensor:
        """Return x_BTD normalised over D."""
        return F.rms_norm(x, (D,), self.weight, 1e-5)


class Attention(nn.Module):
    """Causal attention with rotary positions; two key and value heads serve eight query heads."""

    def __init__(self) -> None:
        super().__init__()
        self.q_proj, self.o_proj = nn.Linear(D, D, bias=False), nn.Linear(D, D, bias=False)
        self.k_proj, self.v_proj = nn.Linear(D, KV * HEAD, bias=False), nn.Linear(D, KV * HEAD, bias=False)

    def forward(self, x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
        """Return what each place of x_BTD gathers from those before it."""
        b, t, _ = x.shape
        q = self.q_proj(x).view(b, t, H, HEAD).transpose(1, 2)
        k = self.k_proj(x).view(b, t, KV, HEAD).transpose(1, 2)
        v = self.v_proj(x).view(b, t, KV, HEAD).transpose(1, 2)
        q, k = q * cos + _half_turn(q) * sin, k * cos + _half_turn(k) * sin
        k, v = k.repeat_interleave(H // KV, 1), v.repeat_interleave(H // KV, 1)
        out = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        return self.o_proj(out.transpose(1, 2).reshape(b, t, D))


def _half_turn(x: Tensor) -> Tensor:
    a, b = x.chunk(2, -1)
    return torch.cat((-b, a), -1)


class Mlp(nn.Module):
    """SwiGLU."""

    def __init__(self) -> None:
        super().__init__()
        self.gate_proj, self.up_proj = nn.Linear(D, 688, bias=False), nn.Linear(D, 688, bias=False)
        self.down_proj = nn.Linear(688, D, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        """Return x_BTD through the gated layer."""
        return self.down_proj(F.silu(self.gate_proj(x)) * self.up_proj(x))


class Block(nn.Module):
    """One layer."""

    def __init__(self) -> None:
        super().__init__()
        self.self_attn, self.mlp = Attention(), Mlp()
        self.input_layernorm, self.post_attention_layernorm = Norm(), Norm()

    def forward(self, x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
        """Return x_BTD after attention and the gated layer."""
        x = x + self.self_attn(self.input_layernorm(x), cos, sin)
        return x + self.mlp(self.post_attention_layernorm(x))


class Llama(nn.Module):
    """The whole: ids_BT in, logits_BTV out."""

    def __init__(self) -> None:
        super().__init__()
        self.model = nn.ModuleDict(
            {"embed_tokens": nn.Embedding(4096, D), "layers": nn.ModuleList(Block() for _ in range(6)), "norm": Norm()}
        )
        for name, weight in self.named_parameters():
            if weight.dim() == 2:
                nn.init.normal_(weight, std=0.02 / (12**0.5 if name.endswith(("o_proj.weight", "down_proj.weight")) else 1))
        angle = torch.outer(torch.arange(512).float(), 10000.0 ** (-torch.arange(0, HEAD, 2).float() / HEAD))
        self.register_buffer("cos", torch.cat((angle, angle), -1).cos(), persistent=False)
        self.register_buffer("sin", torch.cat((angle, angle), -1).sin(), persistent=False)

    def forward(self, ids: Tensor) -> Tensor:
        """Return the logits of the next token at each place."""
        x = self.model["embed_tokens"](ids)
        cos, sin = self.cos[: ids.shape[1]], self.sin[: ids.shape[1]]
        for block in self.model["layers"]:
            x = block(x, cos, sin)
        logits: Tensor = F.linear(self.model["norm"](x), self.model["embed_tokens"].weight)
        return logits
