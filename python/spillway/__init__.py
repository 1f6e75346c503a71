# SPDX-License-Identifier: Apache-2.0
"""Bit-accurate simulation and cost of quantized streaming FPGA accelerators.

    import spillway

    net = spillway.load("net.onnx")
    run = net.lower(accumulator="12:wrap:per_product").simulate(images, labels)
    run.layers.to_pandas()

docs/python.md has every name with shapes, units and errors.
"""

from . import _core
from ._tables import Table
from .arithmetic import Certificates, Dot, certify, dot
from .comparing import Comparison, Difference, compare
from .design import Design
from .errors import Error, InputError, Interrupted, SystemRefused
from .exploring import Exploration, Study, explore, study
from .network import Network, Note, load
from .results import Check, Cost, Estimate, Profile, Proof, Run, Witness

__version__: str = _core.version()

__all__ = [
    "Certificates",
    "Check",
    "Comparison",
    "Cost",
    "Design",
    "Difference",
    "Dot",
    "Error",
    "Estimate",
    "Exploration",
    "InputError",
    "Interrupted",
    "Network",
    "Note",
    "Profile",
    "Proof",
    "Run",
    "Study",
    "SystemRefused",
    "Table",
    "Witness",
    "certify",
    "compare",
    "dot",
    "explore",
    "load",
    "study",
]
