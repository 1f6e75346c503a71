// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "models/units/add_streams.h"
#include "models/units/concat_streams.h"
#include "models/units/duplicate_streams.h"
#include "models/units/global_accumulate.h"
#include "models/units/label_select.h"
#include "models/units/mvau.h"
#include "models/units/padding.h"
#include "models/units/pool.h"
#include "models/units/sliding_window.h"
#include "models/units/split_stream.h"
#include "models/units/thresholding.h"
#include "models/units/upsample.h"
#include "models/units/vvau.h"
#include "models/units/width_converter.h"
#include "sim/unit.h"
#include "traces/recorder.h"

namespace spillway {

// The SystemC module of each kind of description, under that name in the hierarchy. Units with registers report their
// overflows to `events`, where they add themselves; the others leave it alone. Each throws `config_error` if the
// description is illegal.

std::unique_ptr<unit> make_unit(const char* name, const mvau& description, recorder& events);
std::unique_ptr<unit> make_unit(const char* name, const padding& description, recorder& events);
std::unique_ptr<unit> make_unit(const char* name, const width_converter& description, recorder& events);
std::unique_ptr<unit> make_unit(const char* name, const sliding_window& description, recorder& events);
std::unique_ptr<unit> make_unit(const char* name, const duplicate_streams& description, recorder& events);
std::unique_ptr<unit> make_unit(const char* name, const upsample& description, recorder& events);
std::unique_ptr<unit> make_unit(const char* name, const concat_streams& description, recorder& events);
std::unique_ptr<unit> make_unit(const char* name, const split_stream& description, recorder& events);
std::unique_ptr<unit> make_unit(const char* name, const vvau& description, recorder& events);
std::unique_ptr<unit> make_unit(const char* name, const thresholding& description, recorder& events);
std::unique_ptr<unit> make_unit(const char* name, const add_streams& description, recorder& events);
std::unique_ptr<unit> make_unit(const char* name, const pool& description, recorder& events);
std::unique_ptr<unit> make_unit(const char* name, const global_accumulate& description, recorder& events);
std::unique_ptr<unit> make_unit(const char* name, const label_select& description, recorder& events);

}  // namespace spillway
