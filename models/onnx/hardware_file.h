// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "spillway/models/support/error.h"

namespace spillway {

/// A file holds what FINN's step "convert to hardware" and later ones make: it is no network any more, and nothing is
/// wrong with it.
class hardware_file_error : public input_error {
 public:
  using input_error::input_error;
};

}  // namespace spillway
