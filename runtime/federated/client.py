"""The Flower client app of a worker: tunes for a chunk of users and answers with one sum.

Many users a message: a message a user would cost more than the training itself, and the server
never sees the update of a single one, as under secure aggregation.
"""

from __future__ import annotations

from flwr.app import Context, Message
from flwr.clientapp import ClientApp

from synthc.runtime.federated.device import Device
from synthc.runtime.federated.messages import Done, Task


def client_app(device: Device) -> ClientApp:
    """Return the app that trains on a device's users."""
    app = ClientApp()

    @app.train()
    def train(message: Message, context: Context) -> Message:
        del context
        task = Task.read(message.content)
        total, stats = device.clipped_sum(task.weights, task.users, norm=task.norm, seed=task.seed, round_=task.round)
        return Message(Done(total=total, stats=stats).record(), reply_to=message)

    return app
