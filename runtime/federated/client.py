"""The Flower client app of a worker: tunes for a chunk of users and answers with one sum.

Many users a message: a message a user would cost more than the training itself, and the server
never sees the update of a single one, as under secure aggregation.
"""

from __future__ import annotations

from flwr.app import Context, Message
from flwr.clientapp import ClientApp

from synthc.runtime.federated.device import Device
from synthc.runtime.federated.lent import Lent
from synthc.runtime.federated.messages import Done, Task


def client_app(device: Device, lent: Lent | None = None) -> ClientApp:
    """Return the app that trains on a device's users; with `lent` its sum is written into the row of the node that is asked."""
    app = ClientApp()
    weights, totals = (lent.weights(), lent.totals()) if lent else (None, None)

    @app.train()
    def train(message: Message, context: Context) -> Message:
        del context
        task = Task.read(message.content)
        start = weights if task.weights is None else task.weights
        assert start is not None
        total = None if totals is None else totals[message.metadata.dst_node_id - 1]
        found, stats = device.clipped_sum(start, task.users, norm=task.norm, seed=task.seed, round_=task.round, into=total)
        return Message(Done(total=None if lent else found, stats=stats).record(), reply_to=message)

    return app
