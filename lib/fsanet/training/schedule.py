"""The learning rate at each step: a pure function, so that a run that goes on finds its place."""

import math


def learning_rate(step: int, total_steps: int, highest: float, schedule: str, warmup_steps: int = 0) -> float:
    """The rate of a step.

    Args:
        step: from 0 on.
        total_steps: of the whole run.
        highest: the rate after the warm-up.
        schedule: "steps": a tenth from a third of the run on, a hundredth from two thirds on (90 epochs: the paper's 30
            and 60). "cosine": down to nothing along half a cosine.
        warmup_steps: steps in which the rate rises linearly from 0; never more than a tenth of the run.
    """
    warmup = min(warmup_steps, total_steps // 10)
    if step < warmup:
        return highest * (step + 1) / warmup
    if schedule == "cosine":
        return highest * 0.5 * (1.0 + math.cos(math.pi * (step - warmup) / max(total_steps - warmup, 1)))
    return highest * 0.1 ** min(2, 3 * step // total_steps)
