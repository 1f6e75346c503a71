// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "spillway/models/numbers/integer_tensor.h"

namespace spillway {

/// Frames for the test bench, and what must come out: [vectors, elements] or any other shape with whole frames of
/// beats, elements in the order of the streams.
struct rtl_frames {
  integer_tensor inputs, outputs;
};

/// A file that is made but not written yet: its name, without a folder, and all of its text.
struct rtl_file {
  std::string name, text;
};

/// The files of an accelerator, in the order in which they are written.
struct rtl_files {
  std::string top;  ///< name of the top module
  std::vector<rtl_file> files;
};

}  // namespace spillway
