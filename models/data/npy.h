// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <variant>

#include "spillway/models/network/real_tensor.h"
#include "spillway/models/numbers/float_tensor.h"
#include "spillway/models/numbers/integer_tensor.h"

namespace spillway {

// NumPy's array files, https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html: versions 1 to 3, C
// order, any byte order; docs/data-formats.md.

/// Reads an array of integers (signed or unsigned, 8 to 64 bits: the tensor's type has the file's width) or of booleans
/// (1 bit unsigned). A scalar has the shape [1]. Throws `input_error`, naming the file and what is wrong with it;
/// `io_error` if it can't be read.
integer_tensor read_npy(const std::string& path);

/// Reads an array of float32 or float64 (rounded to float32), NaN and infinities refused. Throws as `read_npy`.
float_tensor read_npy_floats(const std::string& path);

/// Integers or reals, whichever a file holds.
using npy_array = std::variant<integer_tensor, float_tensor>;

/// Reads either. Throws as `read_npy`.
npy_array read_any_npy(const std::string& path);

/// The array in the bytes of such a file, which messages call `path`. Throws as `read_npy`.
npy_array parse_npy(const std::string& content, const std::string& path);

/// The bytes of a tensor's file, in the narrowest NumPy type that holds its type (INT14: int16; BIPOLAR: int8). Values
/// of more than 64 bits are int64 words, least significant first, sign- or zero-extended, in one more, innermost
/// dimension. Throws `config_error` if the tensor is not valid.
std::string npy_bytes(const integer_tensor& tensor);

/// The bytes of a NumPy file with these values as float32, or float64.
std::string npy_bytes(const float_tensor& tensor);
std::string npy_bytes(const double_tensor& tensor);

/// Writes them, whole or not at all: see write_file_atomically. Throws `io_error`, too.
void write_npy(const std::string& path, const integer_tensor& tensor);
void write_npy(const std::string& path, const float_tensor& tensor);
void write_npy(const std::string& path, const double_tensor& tensor);

}  // namespace spillway
