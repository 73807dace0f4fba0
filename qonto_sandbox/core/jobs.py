"""What happens later: named functions, run in due order as the clock passes their time."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from qonto_sandbox.core.world import World

Job = Callable[..., None]
JOBS: dict[str, Job] = {}


def job(name: str) -> Callable[[Job], Job]:
    """Declare `fn(world, **args)`; `args` are what `world.schedule(when, name, **args)` was given (JSON values)."""

    def declare(function: Job) -> Job:
        JOBS[name] = function
        return function

    return declare


def run(world: "World", name: str, args: dict[str, Any]) -> None:
    JOBS[name](world, **args)
