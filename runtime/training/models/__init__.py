"""One architecture a file; `MODELS` says where each is, and other packages add theirs by an entry point.

A model is a `torch.nn.Module` that is made from the settings of its node and the number of ids, takes ids_BT, and
returns logits_BTV, of which those of a place depend on that place and those before it alone. All that it learns is
in single precision, and all that it keeps is learnt: a federation sends trained weights and nothing else. If it has
`features(ids_BT) -> h_BTP` and an output layer `out`, an `nn.Linear` with a bias from P to V, its loss is worked out
without holding all logits at once.
"""

MODELS = {
    "lstm": "synthc.runtime.training.models.lstm:Lstm",
    "gru": "synthc.runtime.training.models.gru:Gru",
    "transformer": "synthc.runtime.training.models.transformer:Transformer",
}
"""The kind of a model and the class that builds it from its settings and the vocabulary's size."""
GROUP = "synthc.modules"
"""Entry points of this group name a kind and lead to the class of another package."""
