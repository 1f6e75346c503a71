// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "spillway/models/network/network.h"
#include "spillway/models/streamline/constants.h"
#include "spillway/models/streamline/draft.h"
#include "spillway/models/streamline/flow.h"
#include "spillway/models/streamline/levels.h"
#include "spillway/models/streamline/options.h"
#include "spillway/models/streamline/ranking.h"
#include "spillway/models/streamline/report.h"

namespace spillway {

/// Rows of weights over the columns of a hardware matrix: for each, the element of the constant, or -1 for a zero.
struct weight_layout {
  std::int64_t rows = 0, columns = 0;
  std::vector<std::int64_t> source;
};

/// Of a convolution: outputs, inputs, groups, and pixels of its kernel.
struct kernel_sizes {
  std::int64_t outputs, inputs, groups, area;
};

/// The element of a constant that weighs element k of an input channel for an output.
using weight_source = std::function<std::int64_t(std::int64_t row, std::int64_t input, std::int64_t k)>;

/// Walks a file's graph in order and keeps, for every tensor, what its integers stand for.
class streamliner {
 public:
  streamliner(const network& net, streamline_report* report, const streamline_options& options)
      : m_net(net), m_report(report), m_options(options), m_draft(net.name) {}

  integer_network run();

 private:
  // The walk through the graph (models/streamline/streamline.cpp).
  void walk();
  void take_node(const network_node& node);
  void release_inputs(const network_node& node, std::map<std::string, std::int64_t>& readers_left);
  integer_network finish();
  std::string before_tail();
  void make_rising(tensor_flow& out, affine_step& meaning, bool is_shared);
  void negate_output(tensor_flow& out, const std::vector<int>& signs);
  void set_outputs(integer_network& net, const affine_step& meaning, const std::vector<big_int>& shift) const;
  void report_value(const tensor_flow& flow, const affine_step& meaning);
  void assume(std::string where, std::string what, std::string value, std::string why) const;
  void note_rounding(const std::string& tensor);
  void note_dead_ends();
  [[noreturn]] void refuse(std::string_view reason) const;

  const constant_value* constant(std::size_t input) const;
  /// The input's flow; off the host (quantized as the options say, if the file does not).
  tensor_flow& integers(std::size_t input);
  tensor_flow& flow(std::size_t input);
  const frame_shape& frame(const tensor_flow& flow) const { return m_draft.value(flow.value).shape; }
  value_range range(const tensor_flow& flow) const { return range_of(m_draft.value(flow.value).type); }
  std::int64_t channels(const tensor_flow& flow) const { return frame(flow).channels; }
  const tensor_shape& output_shape() const { return m_shapes.at(m_node->output); }
  void put(tensor_flow flow);
  /// The one affine function that the flow's integers stand for. Refuses if there is a clamp that acts.
  affine_step affine(const tensor_flow& flow) const;
  channel_values parameter(const tensor_flow& flow, const tensor_shape& shape, const std::vector<bracket>& values,
                           const char* what) const;
  channelwise parameters_of(const tensor_flow& flow) const;
  int readers(const std::string& tensor) const;

  // Elementwise operators (models/streamline/elements.cpp).
  void take(const quant_op& op);
  void take(const bipolar_quant_op& op);
  void take(const multi_threshold_op& op);
  void take(const trunc_op& op);
  void make_levels(const tensor_flow& from, const level_rule& rule, bool may_vanish);
  void take(const add_op& op);
  void take(const sub_op& op);
  void take(const mul_op&);
  void take(const div_op&);
  void take(const pow_op&);
  void take(const relu_op&);
  void take(const clip_op& op);
  void take(const batch_norm_op& op);
  int bent_levels(const tensor_flow& from, const level_rule& rule, std::int64_t rows, const std::string& name);
  void settle_steps(tensor_flow& from);
  void settle_whole_numbers(tensor_flow& from);
  // Functions that are levels themselves (models/streamline/grid_levels.cpp).
  void settle_grid(tensor_flow& from);
  int narrowed(int value, const level_rule& rule, const std::string& name);
  void shift(bool subtract);
  void scale(bool divide);
  void clamp(float low, float high);

  // Functions of one value (models/streamline/functions.cpp).
  void take(const function_op& op);
  void take(const prelu_op&);
  void take(const max_op&);
  void take(const min_op&);
  void extreme(join_step::kind what);
  bool joins_itself(std::size_t a, std::size_t b) const;
  void join_itself(std::size_t a, std::size_t b, join_step::kind what, bool subtract = false);

  // Shapes (models/streamline/shapes.cpp).
  void take(const flatten_op&);
  void take(const reshape_op&);
  void take(const transpose_op& op);
  void take(const softmax_op& op);
  bool is_last() const;
  bool joins_outputs(const network_node& node) const;
  void join_outputs();
  void leave_to_host(const char* what, const char* why);
  std::string output_tensor(const std::string& output) const;
  void take(const top_k_op& op);

  // Products (models/streamline/products.cpp).
  void take(const matmul_op&);
  void take(const gemm_op& op);
  void take(const conv_op& op);
  void take(const conv_transpose_op& op);
  void multiply(bool weights_are_rows);
  bool take_pixel(const conv_op& op, tensor_flow& from, const quantized_constant& weights);
  void add_bias(std::int64_t channels);
  const quantized_constant& weights();
  tensor_flow& factors(const char* what);
  void take_out_scales(integer_layer& layer, affine_step& sums, const quantized_constant& weights,
                       const weight_layout& layout, const affine_step& meaning, std::int64_t channels);
  int flattened(tensor_flow& from);
  void emit_matrix(const tensor_flow& from, int input, const quantized_constant& weights, const weight_layout& layout,
                   const affine_step& meaning);
  void emit_depthwise(const tensor_flow& from, int input, const quantized_constant& weights,
                      const weight_layout& layout, const affine_step& meaning);
  /// One scale for each row; where the file has several in a row, they are multiples of it.
  struct weight_grid {
    channel_values scale;
    std::map<std::pair<std::int64_t, float>, std::int64_t> multiples;  ///< of row and the file's scale; others are 1
  };
  weight_grid grid_of(const quantized_constant& weights, const weight_layout& layout) const;
  integer_tensor weight_tensor(const quantized_constant& weights, const weight_layout& layout,
                               const weight_grid& grid) const;
  integer_tensor multiplied(const quantized_constant& weights, const weight_layout& layout,
                            const weight_grid& grid) const;
  int padded(int value, const window_shape& window, std::int64_t with, std::int64_t stride_h = 1,
             std::int64_t stride_w = 1);
  int windowed(int value, const window_shape& window);
  void convolve(const tensor_flow& from, int input, const quantized_constant& of, const affine_step& meaning,
                const kernel_sizes& sizes, const weight_source& source);

  // Padding with a real number (models/streamline/zero.cpp).
  std::optional<std::int64_t> zero_of(const tensor_flow& from, const affine_step& meaning, const bracket& real) const;
  int regrid(const tensor_flow& from, affine_step& meaning, const bracket& real);
  int padded_with(const tensor_flow& from, affine_step& meaning, const window_shape& around, const bracket& real,
                  std::int64_t stride_h = 1, std::int64_t stride_w = 1);

  // The end (models/streamline/select.cpp).
  std::optional<ranking> keys_of(const tensor_flow& from, std::int64_t axis) const;
  int ranked(int value, const ranking& keys);

  // Pools, branches and what moves values (models/streamline/pools.cpp).
  void take(const max_pool_op& op);
  void take(const average_pool_op& op);
  void take(const global_average_pool_op&);
  // Windows over images whose dimensions are in another order (models/streamline/turned_pools.cpp).
  template <class Pool>
  bool take_turned(const Pool& op);
  template <class Pool>
  tensor_flow pooled(const Pool& op, tensor_flow image, const std::array<std::int64_t, 4>& order);
  void sum_channels(tensor_flow& image, bool is_mean);
  void broadcast(tensor_flow& a, tensor_flow& b);
  // Means of windows that have fewer elements at the border (models/streamline/border_means.cpp).
  void take_border_means(const average_pool_op& op, const tensor_flow& from, affine_step meaning);
  int scaled_strips(int value, const std::vector<std::int64_t>& factors, bool are_rows);
  void take(const upsample_op& op);
  void take(const pad_op& op);
  tensor_flow padded_image(tensor_flow image, const std::array<std::int64_t, 4>& before,
                           const std::array<std::int64_t, 4>& after, const bracket& value);
  void take(const concat_op& op);
  std::vector<tensor_flow> joined_parts(const concat_op& op);
  std::vector<bracket> constant_channels(const float_tensor& constant, std::int64_t axis) const;
  int widened(int value, integer_type type);
  void require_image(const tensor_flow& from) const;
  tensor_flow& as_image(tensor_flow& from);
  // Images whose channels and pixels the file exchanges (models/streamline/shuffled_pixels.cpp).
  void move_pixels(tensor_flow& from);
  bool move_input_pixels();
  void spread_pixels(tensor_flow& from, std::int64_t block_h, std::int64_t block_w,
                     const std::vector<std::int64_t>& of);
  void gather_pixels(tensor_flow& from, std::int64_t block_h, std::int64_t block_w,
                     const std::vector<std::int64_t>& of);
  void make_upright(tensor_flow& from);
  void negate(tensor_flow& from, const tensor_flow& other);
  void negate_channels(tensor_flow& from, const std::vector<int>& signs);
  void put_image(const tensor_flow& from, int value, value_chain chain);

  // Sums of branches, and parts of tensors (models/streamline/branches.cpp).
  void take(const sum_op&);
  void take(const select_op& op);
  tensor_flow sum_of(tensor_flow a, tensor_flow b, const std::string& name);
  void align(tensor_flow& b, const tensor_flow& a);
  int multiplied(int value, const std::vector<std::int64_t>& factors);
  void note_width(int sum, int a, int b, const std::vector<std::int64_t>& of_a, const std::vector<std::int64_t>& of_b);
  integer_tensor selection_of(const std::vector<std::int64_t>& sources, std::int64_t columns) const;
  void select_channels(tensor_flow& from, const std::vector<std::int64_t>& sources);
  void add_constant_channels(tensor_flow& from, const std::vector<bracket>& first, const std::vector<bracket>& last);
  void cut(tensor_flow& from);
  void thin_out(tensor_flow& from);
  void put_channels_in_order(tensor_flow& from);
  void part_copies(tensor_flow& from);
  // Layers before the input quantizer (models/streamline/host.cpp).
  bool compute_on_host(const char* what);
  bool is_host_arithmetic() const;
  bool is_quantized_later() const;
  std::shared_ptr<const network> host_layers(const std::string& tensor) const;

  // The host's steps before the input quantizer (models/streamline/input.cpp).
  void quantize_input(const quant_op& op);
  void quantize_input(const bipolar_quant_op& op);
  bool quantize_input(const multi_threshold_op& op);
  bool is_input_quantized() const;
  void take_input_as(const integer_format& format);
  void quantize_input_as_fixed(const std::string& tensor, tensor_flow& from);
  void start(const std::string& tensor, tensor_flow& from, input_quantizer quantizer, value_chain meaning);
  void enter_again(tensor_flow& from, const input_quantizer& quantizer, const frame_shape& shape);
  void host_step(tensor_flow& made, input_step::kind what, const tensor_shape& shape,
                 const std::vector<bracket>& values) const;

  const network& m_net;
  streamline_report* m_report;
  const streamline_options& m_options;
  draft_network m_draft;
  std::map<std::string, tensor_shape> m_shapes;
  std::map<std::string, constant_value> m_constants;
  std::map<std::string, tensor_flow> m_flows;
  std::map<std::string, std::string> m_left_to_host;  ///< tensors that the host makes of others at the end
  const network_node* m_node = nullptr;
  std::string m_input_node;  ///< that brought the input into the hardware
};

}  // namespace spillway
