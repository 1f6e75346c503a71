// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "spillway/models/dataflow/dataflow.h"
#include "spillway/models/dataflow/unit_choices.h"
#include "spillway/models/integer_network/integer_network.h"

namespace spillway {

/// The streams of a network on its way to hardware: who makes each value, who reads it, and what stands between them.
/// Width converters and duplicates come from here; all other units are placed by `lower`, in the order of the nodes.
class lowering_wiring {
 public:
  /// All arguments outlive it. The network's input is there from the start.
  lowering_wiring(const integer_network& net, unit_choices& choices, int stream_depth);

  const frame_shape& shape(int value) const { return info(value).shape; }
  /// The type that the network gives a value, and the one that its stream has: a narrow register's differs.
  integer_type network_type(int value) const { return info(value).type; }
  integer_type stream_type(int value) const { return next(value).type; }
  /// Lanes of the depthwise window in which a value comes; 0 if it is none.
  std::int64_t window_lanes(int value) const { return next(value).window_lanes; }
  /// Lanes in which a value arrives; 0 if that is still open.
  std::int64_t lanes(int value) const { return next(value).lanes; }
  /// The lanes that arrive where they divide `n`, else the most that both have in common; where they are open, the
  /// largest divisor of `n` up to `widest_default_simd`.
  int lanes_for(int value, std::int64_t n) const;

  /// The node that makes a value (null for the input), and those that read it.
  const integer_node* maker(int value) const { return m_makers[static_cast<std::size_t>(value)]; }
  const std::vector<const integer_node*>& readers(int value) const {
    return m_readers[static_cast<std::size_t>(value)];
  }

  /// The streams that a value needs: one for each of its readers, and one for the network's output.
  std::size_t copies(int value) const { return readers(value).size() + (value == m_net.output_value ? 1 : 0); }

  void note_register(const std::string& unit, register_origin origin) { m_flow.registers[unit] = std::move(origin); }

  /// Adds a node's unit, with a stream, behind a width converter where it needs one, for each of its inputs.
  /// `window_lanes`: what it sends is a depthwise window of so many lanes.
  void place(dataflow_unit unit, const unit_options& choice, const integer_node& node, std::int64_t window_lanes = 0);

  /// `to` is `from` under another name: no unit stands between them.
  void pass(int from, int to) { offer(to, take(from, 0)); }

  /// One of several outputs of the file: the value leaves in a stream of its own.
  void leave(int value, const std::string& name);

  /// Ends the accelerator at the network's output, unless outputs have left it already. Throws as `lower`.
  dataflow finish();

 private:
  /// Where a value comes from in hardware.
  struct supply {
    int unit = dataflow_stream::outside;
    int port = 0;
    std::int64_t lanes = 0;  ///< 0: the source, which sends as many as its first reader wants
    integer_type type;
    std::int64_t window_lanes = 0;
  };

  const integer_value& info(int value) const { return m_net.values[static_cast<std::size_t>(value)]; }
  const supply& next(int value) const { return m_supply[static_cast<std::size_t>(value)].front(); }

  void offer(int value, supply from);
  supply take(int value, std::int64_t lanes);
  supply convert(supply from, std::int64_t lanes, int value);
  int add(dataflow_unit unit, const unit_options& choice);
  void connect(const supply& from, int to, int to_port, int value);
  void apply_depths();

  const integer_network& m_net;
  unit_choices& m_choices;
  std::vector<const integer_node*> m_makers;                            ///< by value
  std::vector<std::vector<const integer_node*>> m_readers;              ///< by value
  std::vector<std::vector<supply>> m_supply;                            ///< by value; what is left to be read
  std::vector<std::pair<std::vector<int>, std::vector<int>>> m_depths;  ///< input, output; by unit
  dataflow m_flow;
};

}  // namespace spillway
