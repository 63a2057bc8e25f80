"""`pretrain NAME = model on rows`: training on public text."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, ValidationInfo, field_validator

from synthc.compiler.catalog.values import Count, Expression, Makers, Momentum, Positive, Said, Settings, TargetWords, Words, YesNo


class Sampled(Settings):
    """How many ids a step draws beside the right ones."""

    words: Count = Field(description="Ids that a step draws, frequent ones more often; all targets of the step are told apart from these alone.")


class Pretrain(Settings):
    """How long and how: `words` are the target words processed, `seeds` the size of the family."""

    words: TargetWords = Field(description="Words processed in all, repetitions included.")
    seeds: Count = Field(1, description="How many models are trained, alike but for their start and the order of the text. `evaluate` gives mean and range; all else takes the first.")
    column: Words = Field("text", description="The column that is learned.")
    batch: Count = Field(64, description="Sentences of one step.")
    learning_rate: Positive = Field(0.002, description="The highest step size of AdamW.")
    schedule: Literal["cosine", "constant", "linear", "inverse_sqrt"] = Field(
        "cosine", description="How the step size goes on behind the warm-up: down to nearly nothing along a cosine or a line, down with the root of the words so far, or staying."
    )
    warmup: Momentum = Field(0.02, description="The part of the words in which the step size rises.", validate_default=True)
    clip: Positive = Field(1.0, description="The L2 norm to which the gradient of a step is clipped.")
    max_words: TargetWords = Field(50, description="Longer sentences are cut into pieces of so many words.")
    softmax: Annotated[Any, Makers(sampled=Sampled)] = Field(None, description="Over which ids the loss of a step is: all if left out, or some that are drawn, which is quicker, inexact, and said in the report.")
    validation: Annotated[Expression, Said("rows, or a share of those it is trained on")] = Field(None, description="Text that is not learned, on which the loss is looked at; public, as it decides what the model becomes.")
    checks: Count = Field(20, description="How often the loss is looked at over the whole training.")
    patience: Count | None = Field(None, description="After how many looks without a lower loss the training ends, with the weights of the lowest; to its last word if left out.")
    precision: Literal["float32", "bfloat16"] = Field("float32", description="What the layers are worked out in; weights, loss and steps are in single precision either way.")
    compile: YesNo = Field(default=False, description="Whether the layers are compiled by `torch.compile` first, which takes half a minute and a C++ compiler; of use to a `transformer`, above all in bfloat16.")

    @field_validator("warmup")
    @classmethod
    def _rises(cls, warmup: float, info: ValidationInfo) -> float:
        """Refuse a schedule that falls from the end of a warm-up where there is none."""
        if info.data.get("schedule") == "inverse_sqrt" and warmup == 0:
            raise ValueError("is where `inverse_sqrt` begins to fall, so it is above 0")
        return warmup
