// SPDX-License-Identifier: Apache-2.0
#include "spillway/sim/units/make_unit.h"

#include "spillway/sim/units/add_streams_unit.h"
#include "spillway/sim/units/concat_streams_unit.h"
#include "spillway/sim/units/crop_unit.h"
#include "spillway/sim/units/duplicate_streams_unit.h"
#include "spillway/sim/units/global_accumulate_unit.h"
#include "spillway/sim/units/label_select_unit.h"
#include "spillway/sim/units/mvau_unit.h"
#include "spillway/sim/units/padding_unit.h"
#include "spillway/sim/units/pool_unit.h"
#include "spillway/sim/units/sliding_window_unit.h"
#include "spillway/sim/units/split_stream_unit.h"
#include "spillway/sim/units/thresholding_unit.h"
#include "spillway/sim/units/upsample_unit.h"
#include "spillway/sim/units/vvau_unit.h"
#include "spillway/sim/units/width_converter_unit.h"

namespace spillway {

namespace {

// One overload a kind: one without a module does not compile.

std::unique_ptr<unit> module_of(const char* name, const mvau& description, recorder& events) {
  return std::make_unique<mvau_unit>(name, description, events);
}

std::unique_ptr<unit> module_of(const char* name, const padding& description, recorder&) {
  return std::make_unique<padding_unit>(name, description);
}

std::unique_ptr<unit> module_of(const char* name, const crop& description, recorder&) {
  return std::make_unique<crop_unit>(name, description);
}

std::unique_ptr<unit> module_of(const char* name, const width_converter& description, recorder&) {
  return std::make_unique<width_converter_unit>(name, description);
}

std::unique_ptr<unit> module_of(const char* name, const sliding_window& description, recorder&) {
  return std::make_unique<sliding_window_unit>(name, description);
}

std::unique_ptr<unit> module_of(const char* name, const duplicate_streams& description, recorder&) {
  return std::make_unique<duplicate_streams_unit>(name, description);
}

std::unique_ptr<unit> module_of(const char* name, const upsample& description, recorder&) {
  return std::make_unique<upsample_unit>(name, description);
}

std::unique_ptr<unit> module_of(const char* name, const concat_streams& description, recorder&) {
  return std::make_unique<concat_streams_unit>(name, description);
}

std::unique_ptr<unit> module_of(const char* name, const split_stream& description, recorder&) {
  return std::make_unique<split_stream_unit>(name, description);
}

std::unique_ptr<unit> module_of(const char* name, const vvau& description, recorder& events) {
  return std::make_unique<vvau_unit>(name, description, events);
}

std::unique_ptr<unit> module_of(const char* name, const thresholding& description, recorder&) {
  return std::make_unique<thresholding_unit>(name, description);
}

std::unique_ptr<unit> module_of(const char* name, const add_streams& description, recorder&) {
  return std::make_unique<add_streams_unit>(name, description);
}

std::unique_ptr<unit> module_of(const char* name, const pool& description, recorder&) {
  return std::make_unique<pool_unit>(name, description);
}

std::unique_ptr<unit> module_of(const char* name, const global_accumulate& description, recorder&) {
  return std::make_unique<global_accumulate_unit>(name, description);
}

std::unique_ptr<unit> module_of(const char* name, const label_select& description, recorder&) {
  return std::make_unique<label_select_unit>(name, description);
}

}  // namespace

std::unique_ptr<unit> make_unit(const char* name, const dataflow_unit& description, recorder& events) {
  return std::visit([&](const auto& any) { return module_of(name, any, events); }, description);
}

}  // namespace spillway
