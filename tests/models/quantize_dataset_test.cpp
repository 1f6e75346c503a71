// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

#include "spillway/models/data/dataset.h"
#include "spillway/models/numbers/rational.h"
#include "spillway/models/support/error.h"
#include "spillway/tests/models/property.h"
#include "spillway/tests/traces/temporary_directory.h"

using namespace spillway;
using namespace spillway::testing;

namespace {

/// A network of one layer of `columns` inputs with this quantizer.
integer_network network_of(const input_quantizer& quantizer, std::int64_t columns) {
  integer_layer layer;
  layer.name = "fc";
  layer.input_type = quantizer.type;
  layer.weights = integer_tensor::zeros(signed_type(8), {1, columns});
  return make_chain("net", quantizer, {layer});
}

const input_quantizer one_bit{unsigned_type(1), 1, 0, 0, 1};

dataset set_of(integer_type type, std::vector<std::int64_t> values) {
  const auto features = static_cast<std::int64_t>(values.size());
  return {"set", integer_tensor::from(type, {1, features}, std::move(values)), {}};
}

dataset all_pixels() {
  std::vector<std::int64_t> values(256);
  for (std::size_t p = 0; p < 256; ++p) values[p] = static_cast<std::int64_t>(p);
  return set_of(unsigned_type(8), values);
}

}  // namespace

TEST_CASE("bits enter a 1-bit input of scale 1 as they are") {
  const dataset bits = set_of(unsigned_type(1), {0, 1, 1});
  CHECK(quantize_dataset(network_of(one_bit, 3), bits) == bits.inputs);
}

TEST_CASE("bits enter a bipolar input as -1 and +1") {
  const input_quantizer bipolar{bipolar_type(), 1, 0, -1, 1};
  CHECK(quantize_dataset(network_of(bipolar, 3), set_of(unsigned_type(1), {0, 1, 0})) ==
        integer_tensor::from(bipolar_type(), {1, 3}, {-1, 1, -1}));
}

TEST_CASE("pixels enter an input of UINT8 and scale 1 as they are, and other integers one of integers") {
  const input_quantizer uint8{unsigned_type(8), 1, 0, 0, 255}, int4{signed_type(4), 1, 0, -8, 7};
  const dataset pixels = all_pixels();
  CHECK(quantize_dataset(network_of(uint8, 256), pixels) == pixels.inputs);
  // Of UINT7 they are reals from 0 to 1.
  const input_quantizer uint7{unsigned_type(7), 1, 0, 0, 127};
  CHECK(quantize_dataset(network_of(uint7, 256), pixels).words.back() == 1);
  CHECK(quantize_dataset(network_of(int4, 3), set_of(signed_type(8), {-9, 3, 7})).words ==
        std::vector<std::int64_t>{-8, 3, 7});
  const input_quantizer scaled{signed_type(4), 0.5, 0, -8, 7};
  CHECK(message_of<config_error>([&] { quantize_dataset(network_of(scaled, 1), set_of(signed_type(8), {3})); }) ==
        "set holds INT8; UINT1 or UINT8 is right");
}

TEST_CASE("bits enter any other input as the reals 0 and 1") {
  const input_quantizer pixels{unsigned_type(8), 1.0F / 255, 0, 0, 255};
  CHECK(quantize_dataset(network_of(pixels, 2), set_of(unsigned_type(1), {0, 1})).words ==
        std::vector<std::int64_t>{0, 255});
  const input_quantizer centred{signed_type(4), 0.25, -2, -8, 7};
  CHECK(quantize_dataset(network_of(centred, 2), set_of(unsigned_type(1), {0, 1})) ==
        integer_tensor::from(signed_type(4), {1, 2}, {-2, 2}));
}

TEST_CASE("pixels into an 8-bit input of scale 1/255 are themselves") {
  const dataset pixels = all_pixels();
  const input_quantizer identity{unsigned_type(8), 1.0F / 255, 0, 0, 255};
  CHECK(quantize_dataset(network_of(identity, 256), pixels) == pixels.inputs);
}

TEST_CASE("a tie is rounded to even, and what is beyond the clamp is clamped") {
  const input_quantizer halves{signed_type(8), 2, 0, -128, 127};
  for (const auto& [x, q] : {std::pair{1.0F, 0},
                             {3.0F, 2},
                             {5.0F, 2},
                             {-1.0F, 0},
                             {-3.0F, -2},
                             {3.5F, 2},
                             {253.0F, 126},
                             {255.0F, 127},
                             {1e30F, 127},
                             {-256.0F, -128},
                             {-257.0F, -128},
                             {-1e30F, -128}})
    CHECK(quantize_input(halves, x) == q);
  const input_quantizer narrow{signed_type(8), 1, 0, -127, 127};
  CHECK(quantize_input(narrow, -128) == -127);
  const float infinity = std::numeric_limits<float>::infinity();
  CHECK(quantize_input(halves, infinity) == 127);
  CHECK(quantize_input(halves, -infinity) == -128);
  CHECK(quantize_input(halves, std::nanf("")) == -128);
}

TEST_CASE("clamps at the ends of int64 hold what is beyond them") {
  const input_quantizer wide{signed_type(64), 1, 0, INT64_MIN, INT64_MAX};
  CHECK(quantize_input(wide, 0x1p63F) == INT64_MAX);
  CHECK(quantize_input(wide, 0x1.fffffep62F) == 0x7fffff8000000000);
  CHECK(quantize_input(wide, -0x1p63F) == INT64_MIN);
  CHECK(quantize_input(wide, -0x1p70F) == INT64_MIN);
}

TEST_CASE("the sign of 0 is +1 for a bipolar input") {
  const input_quantizer bipolar{bipolar_type(), 1, 0, -1, 1};
  CHECK(quantize_input(bipolar, 0.0F) == 1);
  CHECK(quantize_input(bipolar, -0.0F) == 1);
  CHECK(quantize_input(bipolar, -1e-40F) == -1);
}

namespace {

/// Half to even, from integer division and remainder alone.
big_int nearest_even(const rational& value) {
  const big_int n = abs(numerator(value)), d = denominator(value);
  big_int whole = n / d;
  const big_int rest = 2 * (n % d);
  if (rest > d || (rest == d && whole % 2 == 1)) ++whole;
  return value < 0 ? big_int(-whole) : whole;
}

}  // namespace

TEST_CASE("every pixel becomes what the formula makes of the float32 p / 255, exactly") {
  CHECK(property_holds("pixels follow the formula", 300, [] {
    const int bits = *rc::gen::inRange(2, 17);
    const bool is_signed = *rc::gen::arbitrary<bool>();
    // Scales of which p / 255 is nearly a multiple or half of one, and scales of any other kind.
    const int divisor = *rc::gen::inRange(1, 2000);
    const bool is_half_step = *rc::gen::arbitrary<bool>();
    const float scale = is_half_step ? static_cast<float>(divisor) / 510 : 1 / static_cast<float>(divisor);
    const int zero = *rc::gen::inRange(is_signed ? -3 : 0, 4);
    const integer_type type{bits, is_signed, false};
    const input_quantizer quantizer{type, scale, zero, type.min64(), type.max64()};
    const integer_tensor q = quantize_dataset(network_of(quantizer, 256), all_pixels());
    for (std::size_t p = 0; p < 256; ++p) {
      const float x = static_cast<float>(p) / 255;
      const big_int level = nearest_even(exact(x) / exact(scale) + zero);
      RC_ASSERT(q.words[p] == std::clamp(level, big_int(type.min64()), big_int(type.max64())));
    }
  }));
}

TEST_CASE("steps before the quantizer are taken in order, exactly, channel by channel") {
  input_quantizer quantizer{signed_type(8), 0.5, 0, -128, 127};
  quantizer.steps = {{input_step::kind::add, {-1, 1}, 0, 0, 0},
                     {input_step::kind::divide_by_root, {3.5F}, 0.5F, 0, 0},
                     {input_step::kind::multiply, {3}, 0, 0, 0},
                     {input_step::kind::clamp, {}, 0, -2, 3}};
  CHECK(quantize_input(quantizer, 1.5F, 0) == 2);  // (1.5 - 1) / 2 * 3 / 0.5 = 1.5: to even
  CHECK(quantize_input(quantizer, 1.5F, 1) == 6);  // (1.5 + 1) / 2 * 3, clamped to 3
  CHECK(quantize_input(quantizer, -9, 0) == -4);
  // By a root that is no fraction: 1 / sqrt(2) lies between 0.7071 and 0.7072.
  quantizer.steps = {{input_step::kind::divide_by_root, {2}, 0, 0, 0}};
  quantizer.scale = 0.0001;
  quantizer.type = signed_type(16);
  quantizer.high = 32767;
  CHECK(quantize_input(quantizer, 1) == 7071);
}

TEST_CASE("reals at a boundary of the quantizer, and next to it, become what fractions say") {
  std::mt19937_64 random(5);
  const auto pick = [&](int low, int high) { return std::uniform_int_distribution<int>(low, high)(random); };
  const auto real = [&](float most) { return std::uniform_real_distribution<float>(-most, most)(random); };
  int at_boundaries = 0;
  for (int c = 0; c < 2000; ++c) {
    const bool is_dyadic = c % 2 == 0;  // then boundaries are float32 numbers
    const float factor = is_dyadic ? std::ldexp(1.0F, pick(-3, 3)) : real(3) + 4;
    const float addend = is_dyadic ? static_cast<float>(pick(-8, 8)) / 4 : real(2);
    const float scale = is_dyadic ? std::ldexp(1.0F, pick(-6, 1)) : std::abs(real(1)) + 0.01F;
    const int zero = pick(-3, 3);
    const integer_type type{pick(2, 12), true, false};
    input_quantizer quantizer{type, static_cast<double>(scale), zero, type.min64(), type.max64()};
    quantizer.steps = {{input_step::kind::multiply, {factor}, 0, 0, 0}, {input_step::kind::add, {addend}, 0, 0, 0}};
    for (int v = 0; v < 20; ++v) {
      const int level = pick(static_cast<int>(type.min64()) - 1, static_cast<int>(type.max64()) + 1);
      float x = ((static_cast<float>(level - zero) + 0.5F) * scale - addend) / factor;
      for (int moves = pick(-2, 2); moves != 0; moves += moves < 0 ? 1 : -1)
        x = std::nextafter(x, moves < 0 ? -INFINITY : INFINITY);
      const rational position = (exact(x) * exact(factor) + exact(addend)) / exact(scale) + zero;
      at_boundaries += position == rational(2 * level + 1) / 2 ? 1 : 0;
      const big_int expected = std::clamp(nearest_even(position), big_int(type.min64()), big_int(type.max64()));
      CAPTURE(x);
      CHECK(quantize_input(quantizer, x) == expected);
    }
  }
  CHECK(at_boundaries > 1000);
}

TEST_CASE("the file's order of a frame becomes the hardware's") {
  integer_network net = network_of({unsigned_type(8), 1.0F / 255, 0, 0, 255}, 6);
  net.input.order = {0, 3, 1, 4, 2, 5};
  CHECK(quantize_dataset(net, set_of(unsigned_type(8), {10, 11, 12, 20, 21, 22})).words ==
        std::vector<std::int64_t>{10, 20, 11, 21, 12, 22});
  const std::vector<float> reals{0, 1, 0, 1, 1, 0};
  CHECK(quantize_reals(net, reals).words == std::vector<std::int64_t>{0, 255, 255, 255, 0, 0});
}

TEST_CASE("an input wider than 64 bits is extended by the sign") {
  const input_quantizer wide{signed_type(130), 1, -3, INT64_MIN, INT64_MAX};
  const integer_tensor q = quantize_dataset(network_of(wide, 2), set_of(unsigned_type(1), {0, 1}));
  CHECK(q == integer_tensor{signed_type(130), {1, 2}, {-3, -1, -1, -2, -1, -1}});
}

TEST_CASE("the overload that takes the dataset gives the same and leaves no inputs behind") {
  dataset pixels = all_pixels();
  const integer_network net = network_of({unsigned_type(4), 1.0F / 15, 0, 0, 15}, 256);
  const integer_tensor copied = quantize_dataset(net, pixels);
  CHECK(quantize_dataset(net, std::move(pixels)) == copied);
  CHECK(pixels.inputs.words.empty());  // NOLINT: that is what is promised
}

TEST_CASE("a dataset that does not fit the network is refused with both sides") {
  const auto refusal = [](const input_quantizer& quantizer, std::int64_t columns, const dataset& data) {
    return message_of<config_error>([&] { quantize_dataset(network_of(quantizer, columns), data); });
  };
  CHECK(refusal(one_bit, 784, set_of(unsigned_type(1), {0, 1})) ==
        "set has frames of 2 features, but the network net takes 784");
  for (const input_quantizer& quantizer : {one_bit, input_quantizer{bipolar_type(), 1, 0, -1, 1}})
    CHECK(refusal(quantizer, 1, set_of(unsigned_type(8), {9})) ==
          "set has 8-bit pixels, but the network net takes " + to_string(quantizer.type) +
              ": a threshold must make them binary first; binary-mnist is MNIST made so");
  for (const input_quantizer& quantizer : {one_bit, input_quantizer{bipolar_type(), 1, 0, -1, 1}})
    CHECK(refusal(quantizer, 1, set_of(signed_type(8), {0})) == "set holds INT8; UINT1 or UINT8 is right");
  CHECK(refusal(one_bit, 1, set_of(unsigned_type(1), {2})) == "set has inputs that are no values of UINT1");
}

TEST_CASE("an input quantizer that is none is refused") {
  const auto refusal = [](const input_quantizer& quantizer) {
    return message_of<config_error>([&] { quantize_dataset(network_of(quantizer, 1), set_of(unsigned_type(1), {1})); });
  };
  CHECK(refusal({unsigned_type(4), 1, 0, 0, 16}) == "the input's clamp 0 to 16 is no range of its type UINT4");
  CHECK(refusal({unsigned_type(4), 1, 0, -1, 15}) == "the input's clamp -1 to 15 is no range of its type UINT4");
  CHECK(refusal({unsigned_type(4), 1, 0, 2, 1}) == "the input's clamp 2 to 1 is no range of its type UINT4");
  for (const double scale : {0.0, -1.0, std::nan(""), 1e-60})
    CHECK(refusal({unsigned_type(4), scale, 0, 0, 15}).ends_with("; a float32 greater than 0 is right"));
  CHECK(refusal({unsigned_type(4), 1, 0, 0, 15}) == "no exception");
}

TEST_CASE("real data enters as it is, without a detour over pixels") {
  const input_quantizer centred{signed_type(4), 0.25, 1, -8, 7};
  dataset data{"reals", {}, {}, float_tensor{{2, 1, 2}, {0.5F, -0.125F, 100, -100}}};
  // -0.125 / 0.25 + 1 = 0.5, and halves go to even.
  CHECK(quantize_dataset(network_of(centred, 2), data) == integer_tensor::from(signed_type(4), {2, 2}, {3, 0, 7, -8}));
  const input_quantizer bipolar{bipolar_type(), 1, 0, -1, 1};
  CHECK(quantize_dataset(network_of(bipolar, 2), data).words == std::vector<std::int64_t>{1, -1, 1, -1});
  CHECK(message_of<config_error>([&] { quantize_dataset(network_of(centred, 3), data); }) ==
        "reals has frames of 2 features, but the network net takes 3");
}

TEST_CASE("planes of a dataset become channels of a frame, innermost") {
  integer_layer layer;
  layer.name = "fc";
  layer.input_type = unsigned_type(8);
  layer.weights = integer_tensor::zeros(signed_type(8), {1, 3});
  const input_quantizer identity{unsigned_type(8), 1.0F / 255, 0, 0, 255};
  const integer_network net = make_chain("net", identity, {layer}, {1, 2, 3});
  // Two frames of red, green and blue planes of two pixels each.
  dataset data{"planes", integer_tensor::from(unsigned_type(8), {2, 6}, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}), {}};
  CHECK(quantize_dataset(net, data).words == std::vector<std::int64_t>{1, 3, 5, 2, 4, 6, 7, 9, 11, 8, 10, 12});
}
