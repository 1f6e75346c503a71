# SPDX-License-Identifier: Apache-2.0
# From a file to a table of overflow by layer: PYTHONPATH=build/release/python python3 examples/python/overflow_by_layer.py
import spillway

net = spillway.load("models/zoo/resnet18-cifar10/qat-w4a4.onnx")
run = net.lower(accumulator={"": "9:wrap", "Conv_0": "certified", "Gemm_0": "certified"}).simulate("cifar10-first-200")
print(run.layers.to_pandas()[["layer", "accumulator", "events", "overflowing_dot_products"]].to_string())
print(f"top-1 {run.accuracy:.1%}, with registers of full width {run.exact_accuracy:.1%}")
