"""Whether two training processes lose what one loses, but for rounding that grows from step to step.

    fsanet render --samples 300 --out heads
    python -m fsanet.benchmarks.two_processes --set heads/synthetic_train.npz [--steps 100]

The same steps are trained three times: by one process, by one whose first weights are off by what float32 rounds, and
by two. If sums in another order are all that differs in two processes, their losses part from those of one process as
those of the second run do. It is done with augmentation at the usual rate, where rounding grows fast, and without at a
low rate, where it hardly grows. Twenty minutes on two busy cores.
"""

import argparse
from collections.abc import Callable, Sequence
from functools import partial
from itertools import chain, count, islice
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from fsanet.console import EXIT_OK, quiet_native_stderr, run_command
from fsanet.datasets.augment import NONE, STRONG
from fsanet.options import add_option, positive
from fsanet.training.settings import Settings

if TYPE_CHECKING:
    from fsanet.training.learner import Learner
    from fsanet.training.processes.places import Follower

_ROUNDING = 1e-7  # of a float32
_REGIMES = {"augmentation strong, rate 1e-3": (STRONG, 1e-3), "no augmentation, rate 1e-5": (NONE, 1e-5)}
_SHOWN = (1, 5, 10, 20, 50, 100)

MakeLearner = Callable[..., "Learner"]


@run_command
def main(argv: Sequence[str] | None = None) -> int:
    """Train and print by which share of themselves losses differ, at most over so many first steps."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_option(parser, "--set", required=True)
    add_option(parser, "--model", "(default: %(default)s)", default="ssrnet_mt")
    parser.add_argument("--steps", type=positive, default=100, help="(default: %(default)s)")
    parser.add_argument("--batch", type=positive, default=16, help="(default: %(default)s)")
    args = parser.parse_args(argv)
    with quiet_native_stderr():
        from fsanet.training.learner import limit_threads
    limit_threads(1)
    shown = [steps for steps in _SHOWN if steps <= args.steps]
    for name, (recipe, rate) in _REGIMES.items():
        settings = Settings(model=args.model, data=args.set, batch_size=args.batch, augmentation=recipe)
        one, rounded, two = _losses_of_three(settings, args.steps, rate)
        print(f"{name}; losses {one[0]:.2f} to {one[-1]:.2f}\n  steps     {''.join(f'{steps:>9}' for steps in shown)}")
        for words, losses in (("rounded", rounded), ("two", two)):
            furthest = np.maximum.accumulate(np.abs(losses / one - 1))
            print(f"  {words:10}{''.join(f'{furthest[steps - 1]:9.0e}' for steps in shown)}", flush=True)
    return EXIT_OK


def _losses_of_three(settings: Settings, steps: int, rate: float) -> list[NDArray[np.float64]]:
    """(steps,) losses of one process, of one with rounded first weights, and of two."""
    from fsanet.training.learner import Learner
    from fsanet.training.processes.meeting import Workers, leading
    from fsanet.training.processes.shared_learner import LeadingLearner

    alone = [_losses(settings, steps, rate, Learner, off) for off in (0.0, _ROUNDING)]
    with leading(Workers(2), settings, partial(_follow, settings)) as leader:
        return [*alone, _losses(settings, steps, rate, partial(LeadingLearner, place=leader))]


def _follow(settings: Settings, follower: "Follower") -> None:
    """The second process, with a core of its own."""
    with quiet_native_stderr():
        from fsanet.training.learner import limit_threads
        from fsanet.training.pose import follow

    limit_threads(1)
    follow(settings, follower)


def _losses(
    settings: Settings, steps: int, rate: float, make_learner: MakeLearner, off: float = 0.0
) -> NDArray[np.float64]:
    """(steps,) losses from the same start, batches and random numbers, whoever works at them."""
    import keras

    from fsanet.datasets.batches import Batches, View
    from fsanet.datasets.pose_set import PoseSet
    from fsanet.training.crop_model import build_network
    from fsanet.training.learner import as_numbers
    from fsanet.training.pose import crop_model

    heads = PoseSet.load(settings.data, settings.image_size)
    batches = Batches([View(heads, np.arange(len(heads.image)))], settings.batch_size_of(), seed=0)
    keras.utils.set_random_seed(0)
    network = build_network(settings.model, settings.image_size)
    random = np.random.default_rng(0)
    for weight in network.trainable_variables:
        values = keras.ops.convert_to_numpy(weight)
        weight.assign(values * (1 + off * random.standard_normal(values.shape)))
    learner = make_learner(crop_model(network, settings), settings)
    endless = chain.from_iterable(batches.epoch(number) for number in count())
    return np.array([as_numbers(learner.step(batch, rate))["loss"] for batch in islice(endless, steps)])


if __name__ == "__main__":
    raise SystemExit(main())
