# SPDX-License-Identifier: Apache-2.0
# What a new user types after `apt install`: overflow by layer of ResNet18. The files are those of the package spillway-zoo.
import spillway

net = spillway.load("/usr/share/spillway/zoo/resnet18-cifar10/qat-w4a4.onnx")
run = net.lower(accumulator={"": "9:wrap", "Conv_0": "certified", "Gemm_0": "certified"}).simulate("cifar10-first-200")
print(run.layers[["layer", "accumulator", "events", "overflowing_dot_products"]])
print(f"top-1 {run.accuracy:.1%}, with registers of full width {run.exact_accuracy:.1%}")
