// SPDX-License-Identifier: Apache-2.0
#include "spillway/rtl/twin.h"

#include <variant>

#include "spillway/rtl/units/add_streams.h"
#include "spillway/rtl/units/concat_streams.h"
#include "spillway/rtl/units/crop.h"
#include "spillway/rtl/units/duplicate_streams.h"
#include "spillway/rtl/units/global_accumulate.h"
#include "spillway/rtl/units/label_select.h"
#include "spillway/rtl/units/mvau.h"
#include "spillway/rtl/units/padding.h"
#include "spillway/rtl/units/pool.h"
#include "spillway/rtl/units/sliding_window.h"
#include "spillway/rtl/units/split_stream.h"
#include "spillway/rtl/units/thresholding.h"
#include "spillway/rtl/units/upsample.h"
#include "spillway/rtl/units/vvau.h"
#include "spillway/rtl/units/width_converter.h"

namespace spillway {

namespace {

/// The twin of exactly this kind. A plain call would turn a kind without one back into a dataflow_unit.
template <class Description>
using twin_function = rtl_instance (*)(const Description&);

}  // namespace

rtl_instance twin_of(const dataflow_unit& unit) {
  return std::visit(
      []<class Description>(const Description& description) {
        return static_cast<twin_function<Description>>(twin_of)(description);
      },
      unit);
}

}  // namespace spillway
