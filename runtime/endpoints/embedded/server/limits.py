"""What the server allows, as its `/info` tells."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Names are those of TGI's launcher; `max_running` is how many answers are written at once, the others queue."""

    max_concurrent_requests: int = 128
    max_best_of: int = 2
    max_stop_sequences: int = 4
    max_top_n_tokens: int = 5
    max_input_tokens: int = 512
    max_total_tokens: int = 1024
    max_client_batch_size: int = 4
    max_running: int = 64
    payload_limit: int = 2_000_000
    disable_grammar_support: bool = False
