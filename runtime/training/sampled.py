"""Sampled softmax: the loss of a step over the right ids and some that are drawn, in place of all.

The ids of a step are drawn by how often a word of their rank is expected (log-uniformly, as ids are in the order of weight), and the
logit of each is lowered by the logarithm of how often its id is expected among them. The right one always takes part, once, so its own
stays as it is. That makes the sum over those drawn an unbiased estimate of the sum over all (Bengio and Senecal 2008, Jean et al. 2015),
and the gradient that of the full softmax as more are drawn. Its loss is no cross-entropy over the vocabulary and compares with no other.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn import functional as F


def draw(ids: int, count: int, seed: int, step: int) -> Tensor:
    """Return some of so many ids, with repetitions, the same for the same seed and step."""
    generator = torch.Generator().manual_seed((seed * 1_000_003 + step) % (1 << 62))
    uniform = torch.rand(count, generator=generator, dtype=torch.float64)
    return ((uniform * math.log(ids + 1)).exp().long() - 1).clamp_(0, ids - 1)


def expected(ids: Tensor, of: int, count: int) -> Tensor:
    """Return the logarithm of how often each id is expected among so many that are drawn."""
    ranks = ids.double()
    return ((torch.log((ranks + 2) / (ranks + 1)) / math.log(of + 1)) * count).log().float()


def sampled_cross_entropy(features_NP: Tensor, weight_VP: Tensor, bias_V: Tensor, targets_N: Tensor, drawn_S: Tensor) -> Tensor:  # noqa: N803
    """Return the summed loss of N targets over each and the S ids that were drawn; where one is the target, it is left out."""
    of, count = len(weight_VP), len(drawn_S)
    right_N = (features_NP * weight_VP[targets_N]).sum(1) + bias_V[targets_N]  # noqa: N806
    others_NS = F.linear(features_NP, weight_VP[drawn_S], bias_V[drawn_S] - expected(drawn_S, of, count))  # noqa: N806
    others_NS = others_NS.masked_fill(drawn_S == targets_N[:, None], -torch.inf)  # noqa: N806
    all_of_them = torch.cat((right_N[:, None], others_NS), 1)
    return (all_of_them.logsumexp(1) - right_N).sum()
