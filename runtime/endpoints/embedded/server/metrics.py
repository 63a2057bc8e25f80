"""What the server counts, under the names of TGI's `/metrics`."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
TOKENS = (1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 512.0, 1024.0)
HISTOGRAMS = {
    "tgi_request_duration": SECONDS,
    "tgi_request_validation_duration": SECONDS,
    "tgi_request_queue_duration": SECONDS,
    "tgi_request_inference_duration": SECONDS,
    "tgi_request_mean_time_per_token_duration": SECONDS,
    "tgi_request_input_length": TOKENS,
    "tgi_request_max_new_tokens": TOKENS,
    "tgi_request_generated_tokens": TOKENS,
}
FAILURES = ("overloaded", "validation", "generation", "incomplete", "dropped", "template")


@dataclass(slots=True, kw_only=True)
class Histogram:
    """How many values are at most each edge."""

    edges: tuple[float, ...]
    counts: list[int] = field(init=False)
    total: float = 0.0

    def __post_init__(self) -> None:
        """Count nothing yet; the last place is for what is beyond the edges."""
        self.counts = [0] * (len(self.edges) + 1)

    def add(self, value: float) -> None:
        """Count a value."""
        self.counts[bisect_left(self.edges, value)] += 1
        self.total += value

    def lines(self, name: str) -> Iterator[str]:
        """Yield it in the format of Prometheus, whose buckets hold all below them."""
        below = 0
        for edge, count in zip((*map(str, self.edges), "+Inf"), self.counts, strict=True):
            below += count
            yield f'{name}_bucket{{le="{edge}"}} {below}'
        yield f"{name}_sum {self.total}"
        yield f"{name}_count {below}"


@dataclass(slots=True, kw_only=True)
class Metrics:
    """Counters and histograms of one server; `requests` counts those that were let in or not."""

    requests: int = 0
    succeeded: int = 0
    failures: dict[str, int] = field(default_factory=lambda: dict.fromkeys(FAILURES, 0))
    histograms: dict[str, Histogram] = field(default_factory=lambda: {name: Histogram(edges=edges) for name, edges in HISTOGRAMS.items()})

    def see(self, name: str, value: float) -> None:
        """Count a value in the histogram `tgi_request_NAME`."""
        self.histograms[f"tgi_request_{name}"].add(value)

    def text(self, *, queued: int, running: int) -> str:
        """Return all of it in the format of Prometheus."""
        lines = [
            *_one("tgi_queue_size", "gauge", queued),
            *_one("tgi_batch_current_size", "gauge", running),
            *_one("tgi_request_count", "counter", self.requests),
            *_one("tgi_request_success", "counter", self.succeeded),
            "# TYPE tgi_request_failure counter",
            *(f'tgi_request_failure{{err="{kind}"}} {count}' for kind, count in self.failures.items()),
        ]
        for name, histogram in self.histograms.items():
            lines += [f"# TYPE {name} histogram", *histogram.lines(name)]
        return "\n".join(lines) + "\n"


def _one(name: str, kind: str, value: int) -> tuple[str, str]:
    return f"# TYPE {name} {kind}", f"{name} {value}"
