// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "spillway/models/network/real_tensor.h"
#include "spillway/models/network/shapes.h"
#include "spillway/models/numbers/float_tensor.h"

namespace spillway {

/// A constant of a file while the file is read: reals as float32, or integers as int64, exactly. Shapes, axes and the
/// integers of QCDQ stay integers; what becomes an operand of the network is float32.
struct graph_constant {
  tensor_shape shape;
  bool is_integer = false;
  std::vector<float> reals;
  std::vector<std::int64_t> integers;
  std::int64_t least = 0, greatest = 0;  ///< what integers of its type, or behind its Clip, can be
  std::vector<double> unrounded = {};    ///< what double arithmetic makes of the file's constants; empty: the reals

  std::size_t size() const { return is_integer ? integers.size() : reals.size(); }
};

/// `unrounded`, or the reals.
double_tensor in_double(const graph_constant& constant, const std::string& what);

/// How many reals exact arithmetic would round otherwise.
std::int64_t rounded_otherwise(const graph_constant& constant);

/// A constant of integers; `least` and `greatest` of it are those of int64.
graph_constant integer_constant(tensor_shape shape, std::vector<std::int64_t> integers);
graph_constant real_constant(float_tensor tensor);

/// Throws `input_error`, naming `what`, for integers that are no float32.
float_tensor as_floats(const graph_constant& constant, const std::string& what);

/// Throws `input_error`, naming `what`, for reals that are no integers.
std::vector<std::int64_t> as_integers(const graph_constant& constant, const std::string& what);

/// The elements of `from` at `indices`, in another shape.
graph_constant gathered(const graph_constant& from, tensor_shape shape, const std::vector<std::int64_t>& indices);

}  // namespace spillway
