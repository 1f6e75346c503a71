// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <vector>

#include "spillway/models/quantize/weight_format.h"
#include "spillway/train/model_steps.h"

namespace spillway {

/// Turns the nodes of a graph into the steps of a model.
class model_builder {
 public:
  model_builder(const network& graph, const model_options& options) : m_graph(graph), m_options(options) {}

  void build(std::vector<model_step>& steps, std::vector<model_scale>& scales);

 private:
  void index();
  void share_scales();
  std::string scale_of(std::string quantizer_output) const;
  bool is_weighted(const network_node& node) const;
  const network_node* producer(const std::string& tensor) const;
  /// The quantizer that a layer's input comes from.
  const network_node& input_quantizer_of(const network_node& layer) const;
  integer_type input_type(const network_node& layer) const;
  weight_format format_of(const network_node& layer, const quant_op& quantizer, std::int64_t group) const;
  weighted_step weighted(const network_node& node) const;
  activation_step activation(const network_node& node);
  norm_step norm(const batch_norm_op& op) const;
  bool is_skipped(const network_node& node) const;
  std::string source(const std::string& tensor) const;

  const network& m_graph;
  const model_options& m_options;
  std::map<std::string, const network_node*> m_producers;
  std::map<std::string, int> m_readers;
  std::map<std::string, std::string> m_shared;  ///< union-find over the outputs of quantizers
  std::string m_first, m_last;                  ///< names of the first and the last layer
  std::map<std::string, std::size_t> m_scale_places;
  std::vector<model_scale>* m_scales = nullptr;
};

}  // namespace spillway
