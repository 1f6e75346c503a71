// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

#include "spillway/models/certificates/certificate.h"
#include "spillway/models/dataflow/register_choice.h"
#include "spillway/models/dataflow/units/add_streams.h"
#include "spillway/models/dataflow/units/concat_streams.h"
#include "spillway/models/dataflow/units/crop.h"
#include "spillway/models/dataflow/units/duplicate_streams.h"
#include "spillway/models/dataflow/units/global_accumulate.h"
#include "spillway/models/dataflow/units/label_select.h"
#include "spillway/models/dataflow/units/mvau.h"
#include "spillway/models/dataflow/units/padding.h"
#include "spillway/models/dataflow/units/pool.h"
#include "spillway/models/dataflow/units/sliding_window.h"
#include "spillway/models/dataflow/units/split_stream.h"
#include "spillway/models/dataflow/units/thresholding.h"
#include "spillway/models/dataflow/units/upsample.h"
#include "spillway/models/dataflow/units/vvau.h"
#include "spillway/models/dataflow/units/width_converter.h"

namespace spillway {

// The accelerator as hardware units and the streams between them: what simulation, cost and RTL all read, so that they
// can't speak of different machines.

/// Every kind of unit. A closed set: whoever visits it can't forget one.
using dataflow_unit =
    std::variant<mvau, vvau, sliding_window, padding, thresholding, pool, global_accumulate, add_streams,
                 duplicate_streams, upsample, concat_streams, split_stream, crop, label_select, width_converter>;

/// The name that the unit has in its dataflow: "MVAU_0".
const std::string& name_of(const dataflow_unit& unit);

/// The facts of every kind, in the order of the variant.
inline constexpr auto all_unit_facts = []<class... Units>(std::type_identity<std::variant<Units...>>) {
  return std::array<const unit_facts*, sizeof...(Units)>{&Units::facts...};
}(std::type_identity<dataflow_unit>());

/// What the unit's kind is called, and what can be chosen of it.
const unit_facts& facts_of(const dataflow_unit& unit);

/// "mvau", "sliding_window", ...: the name of the unit's kind.
std::string_view kind_of(const dataflow_unit& unit);

/// What the folds of a unit must divide.
fold_sizes folded_sizes_of(const dataflow_unit& unit);
/// PE and SIMD of a unit; nothing of a kind that does not have it.
std::optional<int> pe_of(const dataflow_unit& unit);
std::optional<int> simd_of(const dataflow_unit& unit);
/// Sets the folds that are given. The unit has them.
void set_folds(dataflow_unit& unit, std::optional<int> pe, std::optional<int> simd);

/// The streams at the unit's inputs and outputs, in the order in which they are bound: type, lanes, and beats of a
/// frame.
unit_ports ports_of(const dataflow_unit& unit);

/// Cycles between the frames of a unit that never waits for its neighbours.
std::int64_t cycles_per_frame(const dataflow_unit& unit);

/// What units with accumulators have in common: MVAU (rows MH, columns MW) and VVAU (channels, window elements). It
/// looks into the unit that it was made of.
struct dot_product_view {
  const std::string& name;
  const integer_tensor& weights;  ///< [rows, columns]
  integer_type input_type, output_type;
  const accumulator_format& accumulator;
  int pe, simd;
  int latency;
  bool xnor_popcount;

  /// Dot products of a vector, one a channel of the output.
  std::int64_t rows() const { return weights.shape[0]; }
  /// Products of each dot product.
  std::int64_t columns() const { return weights.shape[1]; }
};

/// The view of a unit that has accumulators; nothing of others.
std::optional<dot_product_view> dot_products_of(const dataflow_unit& unit);

/// The exact statement about each row's accumulator (models/certificates/certificate.h); one that counts agreements
/// goes from 0 to the number of its columns.
std::vector<channel_certificate> certify(const dot_product_view& unit);

/// An input for which the accumulator of `row` leaves a signed register of `bits`; throws `config_error` if none does.
witness find_witness(const dot_product_view& unit, std::int64_t row, int bits);

/// A stream between two units' ports, or between one and the world outside.
struct dataflow_stream {
  static constexpr int outside = -1;

  int from = outside, from_port = 0;  ///< index of the unit that writes; `outside`: the source
  int to = outside, to_port = 0;      ///< of the unit that reads; `outside`: the sink of the output `to_port`
  int depth = 2;                      ///< beats that it holds, at least 2
  int value = -1;                     ///< the integer network's value that it carries; -1: not known
  /// Lanes of the depthwise window order [.., C / lanes, kh * kw, lanes] in which the value comes; 0: as it stands.
  std::int64_t window_lanes = 0;
};

/// Units in an order in which every stream goes forward, with one input and one output or several.
struct dataflow {
  std::string name;
  std::vector<dataflow_unit> units;
  int stream_depth = 2;  ///< beats, for streams that nothing else is said of
  /// Empty for a chain: each unit's output goes to the next one's input, in streams of `stream_depth`.
  std::vector<dataflow_stream> streams = {};
  /// Where registers come from, by name of the unit; as `lower` decided. Empty for one that was put together by hand.
  std::map<std::string, register_origin, std::less<>> registers = {};
  /// Names of the outputs, each with a sink of its own, where there are several.
  std::vector<std::string> outputs = {};
};

/// The streams of `flow`: those it states, or those of the chain that it is.
std::vector<dataflow_stream> streams_of(const dataflow& flow);

/// What passes through a stream.
stream_shape shape_of(const dataflow& flow, const dataflow_stream& link);

/// What enters the accelerator. What leaves it: models/dataflow/outputs.h.
stream_shape input_shape(const dataflow& flow);

/// Name of a stream for messages and reports: `MVAU_0 -> MVAU_1`; of one of several outputs `MVAU_2 -> sink:NAME`.
std::string name_of(const dataflow& flow, const dataflow_stream& link);

/// Throws `config_error`, naming the unit or the stream, unless every unit and every connection is legal: each port is
/// bound once, both ends agree in type, lanes and beats, streams go forward, and one goes in and each output comes out.
void validate(const dataflow& flow);

}  // namespace spillway
