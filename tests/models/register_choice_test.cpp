// SPDX-License-Identifier: Apache-2.0
#include "spillway/models/dataflow/register_choice.h"

#include <doctest/doctest.h>

#include "spillway/models/certificates/published_bounds.h"
#include "spillway/models/dataflow/lower.h"
#include "spillway/models/dataflow/prove.h"
#include "spillway/models/dataflow/register_texts.h"
#include "spillway/models/load/design.h"
#include "spillway/models/support/error.h"
#include "spillway/tests/traces/temporary_directory.h"

using namespace spillway;
using spillway::testing::message_of;

namespace {

/// Two layers, `first` of 3 x 4 weights of 7 and -1 on UINT4, with thresholds, and `second` on its levels.
integer_network two_layers() {
  integer_layer first;
  first.name = "first";
  first.input_type = unsigned_type(4);
  first.weights = integer_tensor::from(signed_type(4), {3, 4}, {7, 7, 7, 7, -1, -1, -1, -1, 7, -1, 7, -1});
  first.thresholds = integer_tensor::from(signed_type(12), {3, 3}, {0, 9, 99, 0, 9, 99, 0, 9, 99});
  first.output_type = unsigned_type(2);
  integer_layer second;
  second.name = "second";
  second.input_type = unsigned_type(2);
  second.weights = integer_tensor::from(signed_type(3), {2, 3}, {3, 3, 3, -3, 0, 1});
  input_quantizer quantizer;
  quantizer.type = unsigned_type(4);
  return make_chain("net", quantizer, {first, second});
}

accumulator_format format_of(const dataflow& flow, std::size_t unit) {
  return std::get<mvau>(flow.units.at(unit)).accumulator;
}

dataflow lowered(const integer_network& net, const std::vector<std::string>& rules) {
  lowering_options options;
  for (const std::string& text : rules) options.registers.push_back(parse_register_rule(text));
  return lower(net, options);
}

}  // namespace

TEST_CASE("a register that nobody speaks of has the least width that no input overflows") {
  const dataflow flow = lower(two_layers());
  CHECK(format_of(flow, 0) == accumulator_format{10, overflow_mode::wrap, limit_scope::per_cycle});  // 4*7*15 = 420
  CHECK(format_of(flow, 1).bits == 6);                                                               // 3*3*3 = 27
  CHECK(flow.registers.at("MVAU_0").from == register_policy::certified);
  CHECK(flow.registers.at("MVAU_0").layer == "first");
  CHECK(flow.registers.at("MVAU_1").layer == "second");
  for (const register_proof& proof : prove_registers(flow)) CHECK_FALSE(proof.bits.has_value());
}

TEST_CASE("what the file claims comes before, what training wraps at before that, and what is asked for first") {
  integer_network net = two_layers();
  auto layers = mutable_matrix_layers(net);
  layers[0]->claimed_bits = 13;
  CHECK(format_of(lower(net), 0).bits == 13);
  CHECK(lower(net).registers.at("MVAU_0").from == register_policy::claimed);
  CHECK(lower(net).registers.at("MVAU_1").from == register_policy::certified);
  layers[0]->wrapping_bits = 5;
  CHECK(format_of(lower(net), 0).bits == 5);
  CHECK(lower(net).registers.at("MVAU_0").from == register_policy::trained_to_wrap);
  CHECK(lower(net).registers.at("MVAU_0").claimed_bits == 13);
  CHECK(format_of(lowered(net, {"7"}), 0).bits == 7);
  CHECK(lowered(net, {"7"}).registers.at("MVAU_0").from == register_policy::asked);
}

TEST_CASE("a claim that is refuted is taken, and the result says what it needs; one bit more is no refutation") {
  integer_network net = two_layers();
  mutable_matrix_layers(net)[0]->claimed_bits = 9;
  const dataflow flow = lower(net);
  CHECK(format_of(flow, 0).bits == 9);
  CHECK(flow.registers.at("MVAU_0").refuted_needs == 10);
  CHECK(refuted_claims(flow) ==
        std::vector<std::string>{"MVAU_0 (layer first): claim refuted: 9 bits are claimed (needs 10)"});
  const std::vector<register_proof> proofs = prove_registers(flow);
  CHECK(proofs[0].claimed);
  CHECK_FALSE(proofs[0].proved());
  CHECK(proofs[0].failures.size() == 1);
  mutable_matrix_layers(net)[0]->claimed_bits = 10;
  CHECK(refuted_claims(lower(net)).empty());
  CHECK(prove_registers(lower(net))[0].proved());
}

TEST_CASE("policies are chosen by name, for all, by unit and by layer; of several the last that fits counts") {
  integer_network net = two_layers();
  for (integer_layer* layer : mutable_matrix_layers(net)) layer->claimed_bits = 14;
  CHECK(format_of(lowered(net, {"certified"}), 0).bits == 10);
  CHECK(format_of(lowered(net, {"claimed:saturate"}), 0) ==
        accumulator_format{14, overflow_mode::saturate, limit_scope::per_cycle});
  CHECK(format_of(lowered(net, {"data-type:wrap:final"}), 0) ==
        accumulator_format{data_type_bound(4, 4, unsigned_type(4)), overflow_mode::wrap, limit_scope::final});
  CHECK(format_of(lowered(net, {"20", "MVAU_1=21"}), 0).bits == 20);
  CHECK(format_of(lowered(net, {"20", "MVAU_1=21"}), 1).bits == 21);
  CHECK(format_of(lowered(net, {"MVAU_1=21", "20"}), 1).bits == 20);
  CHECK(format_of(lowered(net, {"20", "second=certified"}), 1).bits == 6);
  CHECK(lowered(net, {"second=certified"}).registers.at("MVAU_0").from == register_policy::claimed);
}

TEST_CASE("an XNOR unit's register holds 0 to MW as a signed number") {
  integer_layer layer;
  layer.name = "fc";
  layer.input_type = unsigned_type(1);
  layer.xnor_popcount = true;
  layer.weights = integer_tensor::zeros(bipolar_type(), {1, 784});
  std::fill(layer.weights.words.begin(), layer.weights.words.end(), 1);
  input_quantizer quantizer;
  quantizer.type = unsigned_type(1);
  CHECK(format_of(lower(make_chain("net", quantizer, {layer})), 0).bits == 11);
}

TEST_CASE("a choice that nothing has is refused with what would be right") {
  const integer_network net = two_layers();
  CHECK(message_of<config_error>([&] { lowered(net, {"claimed"}); }) ==
        "layer first: the file claims no width; nearest: certified, the least proven one");
  CHECK(message_of<config_error>([&] {
          lowered(net, {"trained_to_wrap"});
        }).starts_with("layer first: the file was trained to wrap at no width"));
  CHECK(message_of<config_error>([&] { lowered(net, {"secnd=12"}); }) ==
        "accumulator of secnd: there is no such unit or layer with accumulators; nearest: second");
  CHECK(message_of<config_error>([&] { parse_register_rule("certifid"); }) ==
        "accumulator 'certifid': there is no register policy certifid; nearest: certified");
  CHECK(message_of<config_error>([&] {
          parse_register_rule("certified:warp");
        }).find("there is no overflow warp; nearest: wrap") != std::string::npos);
  CHECK(message_of<config_error>([&] { parse_register_rule("0"); }) ==
        "accumulator '0': P = 0 is outside 1 to 4096; nearest: 1");
}

TEST_CASE("load_design gives a library user the machine that the command shows") {
  const std::string zoo = SPILLWAY_SOURCE_DIR "/models/zoo/";
  const design claimed = load_design(zoo + "mnist-linear/a2q-w8a1-p12.onnx");
  CHECK(format_of(claimed.flow, 0).bits == 12);
  CHECK(claimed.flow.registers.at("MVAU_0").from == register_policy::claimed);
  CHECK(format_of(lower(claimed.integers), 0).bits == 12);
  const design wraps = load_design(zoo + "mnist-linear/wrapnet-w8a1-p8.onnx");
  CHECK(format_of(wraps.flow, 0).bits == 8);
  CHECK(wraps.flow.registers.at("MVAU_0").from == register_policy::trained_to_wrap);
  const design plain = load_design(zoo + "mnist-linear/qat-w8a1.onnx");
  CHECK(format_of(plain.flow, 0).bits == prove_registers(plain.flow)[0].minimal_bits);
}

TEST_CASE("alternatives may be policies with a number of their own, and share what stands behind the last one") {
  using texts = std::vector<std::string>;
  CHECK(accumulator_points("8..10:wrap") == texts{"8:wrap", "9:wrap", "10:wrap"});
  CHECK(accumulator_points("MVAU_0=8,12:saturate:final") == texts{"MVAU_0=8:saturate:final", "MVAU_0=12:saturate:final"});
  CHECK(accumulator_points("32,searched:0.5") == texts{"32", "searched:0.5"});
  CHECK(accumulator_points("observed:1,searched:.5:wrap") == texts{"observed:1:wrap", "searched:.5:wrap"});
  CHECK(accumulator_points("certified") == texts{"certified"});
  CHECK(accumulator_points("searched:1:saturate") == texts{"searched:1:saturate"});
}
