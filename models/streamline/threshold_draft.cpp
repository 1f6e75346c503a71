// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/streamline/threshold_draft.h"

#include "spillway/models/numbers/big_int.h"

namespace spillway {

integer_type smallest_type(const value_range& range) {
  const bool is_signed = range.low < 0;
  return {bits_for(range.low, range.high, is_signed), is_signed, false};
}

}  // namespace spillway
