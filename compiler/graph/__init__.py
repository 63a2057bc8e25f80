"""The door between the rooms: what a compiled spec is, its JSON form and its fingerprints."""

from synthc.compiler.graph.nodes import Graph, Json, Node, Privacy, Step

__all__ = ["Graph", "Json", "Node", "Privacy", "Step"]
