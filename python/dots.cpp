// SPDX-License-Identifier: Apache-2.0
#include "spillway/python/dots.h"

#include <fmt/format.h>
#include <pybind11/numpy.h>
#include <pybind11/stl.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <functional>
#include <numeric>

#include "spillway/models/certificates/certificate.h"
#include "spillway/models/dataflow/register_choice.h"
#include "spillway/models/numbers/dot_products.h"
#include "spillway/models/numbers/storage.h"
#include "spillway/models/support/error.h"
#include "spillway/python/arrays.h"
#include "spillway/python/task.h"
#include "spillway/sim/dot_rows.h"

namespace spillway::python {

namespace py = pybind11;

namespace {

/// One operand of `dot`: elements of some type, [outer..., K], at any strides; 0 along what is broadcast.
struct operand {
  const char* data = nullptr;
  char kind = 'i';
  std::int64_t item_bytes = 8;
  std::vector<std::int64_t> strides;  ///< bytes
  std::int64_t low = 0, high = 0;     ///< of all elements
  bool is_plain = true;               ///< the order of addition is that of the elements

  template <class T>
  void load(const char* from, std::int64_t step, std::span<const std::int64_t> order, std::int64_t* to) const {
    if (is_plain && step == sizeof(T)) {
      std::copy_n(reinterpret_cast<const T*>(from), order.size(), to);
      return;
    }
    for (std::size_t k = 0; k < order.size(); ++k)
      to[k] = static_cast<std::int64_t>(*reinterpret_cast<const T*>(from + order[k] * step));
  }

  /// The elements of one dot product, in the order of addition, as int64.
  void load(std::int64_t offset, std::span<const std::int64_t> order, std::int64_t* to) const {
    const char* const from = data + offset;
    const std::int64_t step = strides.back();
    const bool is_signed = kind == 'i';
    if (item_bytes == 1)
      is_signed ? load<std::int8_t>(from, step, order, to) : load<std::uint8_t>(from, step, order, to);
    else if (item_bytes == 2)
      is_signed ? load<std::int16_t>(from, step, order, to) : load<std::uint16_t>(from, step, order, to);
    else if (item_bytes == 4)
      is_signed ? load<std::int32_t>(from, step, order, to) : load<std::uint32_t>(from, step, order, to);
    else
      load<std::int64_t>(from, step, order, to);
  }

  double greatest() const { return std::max(std::abs(static_cast<double>(low)), std::abs(static_cast<double>(high))); }
};

/// What `dot` was asked for: both operands have the same shape, [outer..., K].
struct dot_request {
  operand w, x;
  std::vector<std::int64_t> outer;
  std::vector<std::int64_t> order;
  accumulator_format format;
  int simd = 1;
  unsigned threads = 1;

  std::int64_t columns() const { return std::ssize(order); }
  std::int64_t dots() const {
    return std::accumulate(outer.begin(), outer.end(), std::int64_t{1}, std::multiplies<>());
  }
  double greatest_product() const { return w.greatest() * x.greatest(); }
  /// Where the operands of a dot product begin, by its index in the first `dimensions` of the outer shape.
  std::pair<std::int64_t, std::int64_t> offsets(std::int64_t index, std::size_t dimensions) const {
    std::int64_t at_w = 0, at_x = 0;
    for (std::size_t d = dimensions; d-- > 0; index /= outer[d]) {
      at_w += index % outer[d] * w.strides[d];
      at_x += index % outer[d] * x.strides[d];
    }
    return {at_w, at_x};
  }
};

struct dot_answers {
  std::vector<std::int64_t> stored, exact, events;
  std::vector<big_int> wide_stored, wide_exact;  ///< in their place where 64 bits are too few
};

/// Calls `run(first, last)` for parts of 0..count-1 from several threads.
void in_parts(std::int64_t count, std::int64_t part, unsigned threads, task_control& control, std::int64_t products,
              const std::function<void(std::int64_t, std::int64_t)>& run) {
  std::atomic<std::int64_t> next{0};
  const auto work = [&] {
    for (std::int64_t first; !control.stop && (first = next.fetch_add(part)) < count;) {
      const std::int64_t last = std::min(first + part, count);
      run(first, last);
      control.done += static_cast<std::uint64_t>((last - first) * products);
    }
  };
  std::vector<std::thread> others;
  for (unsigned t = 1; t < threads && static_cast<std::int64_t>(t) * part < count; ++t) others.emplace_back(work);
  work();
  for (std::thread& other : others) other.join();
}

/// Rows of `matrix` side by side, each with the vector that stands along the last outer dimension of `vector`.
void run_rows(const dot_request& request, const operand& matrix, const operand& vector, dot_answers& answers,
              task_control& control) {
  const std::size_t batches = request.outer.size() - 1;
  const std::int64_t rows = request.outer.back(), columns = request.columns(), count = request.dots() / rows;
  const auto at = [&](std::int64_t batch, const operand& of) {
    const auto [w, x] = request.offsets(batch, batches);
    return &of == &request.w ? w : x;
  };
  const auto rows_of = [&](std::int64_t batch) {
    std::vector<std::int64_t> weights(static_cast<std::size_t>(rows * columns));
    const std::int64_t first = at(batch, matrix);
    for (std::int64_t row = 0; row < rows; ++row)
      matrix.load(first + row * matrix.strides[batches], request.order, weights.data() + row * columns);
    return dot_rows(weights, rows, request.format, request.simd, static_cast<std::int64_t>(vector.greatest()));
  };
  const bool is_shared =
      std::all_of(matrix.strides.begin(), matrix.strides.begin() + static_cast<std::ptrdiff_t>(batches),
                  [](std::int64_t stride) { return stride == 0; });
  std::optional<dot_rows> shared;
  if (is_shared) shared.emplace(rows_of(0));
  const std::int64_t part = std::max<std::int64_t>(1, 1'000'000 / std::max<std::int64_t>(rows * columns, 1));
  in_parts(count, part, request.threads, control, rows * columns, [&](std::int64_t first, std::int64_t last) {
    std::vector<std::int64_t> inputs(static_cast<std::size_t>(columns));
    for (std::int64_t batch = first; batch < last; ++batch) {
      vector.load(at(batch, vector), request.order, inputs.data());
      const std::int64_t to = batch * rows;
      const auto run = [&](const dot_rows& of) {
        of.run(inputs, answers.stored.data() + to, answers.exact.data() + to, answers.events.data() + to);
      };
      if (shared)
        run(*shared);
      else
        run(rows_of(batch));
    }
  });
}

/// Dot products in registers of any width, one by one.
template <class Keep>
void run_wide(const dot_request& request, task_control& control, const Keep& keep) {
  const std::int64_t columns = request.columns(), part = std::max<std::int64_t>(1, 20'000 / columns);
  in_parts(request.dots(), part, request.threads, control, columns, [&](std::int64_t first, std::int64_t last) {
    std::vector<std::int64_t> w(static_cast<std::size_t>(columns)), x(w.size());
    for (std::int64_t i = first; i < last; ++i) {
      const auto [at_w, at_x] = request.offsets(i, request.outer.size());
      request.w.load(at_w, request.order, w.data());
      request.x.load(at_x, request.order, x.data());
      const std::vector<big_int> weights(w.begin(), w.end()), inputs(x.begin(), x.end());
      keep(static_cast<std::size_t>(i),
           accumulate<big_int>(weights, inputs, request.simd, request.format, [](const auto&) {}));
    }
  });
}

/// Pairs of vectors, several at a time.
void run_pairs(const dot_request& request, dot_answers& answers, task_control& control) {
  constexpr std::size_t side_by_side = 4;
  const auto columns = static_cast<std::size_t>(request.columns());
  const std::int64_t part = std::max<std::int64_t>(side_by_side, 1'000'000 / request.columns());
  in_parts(request.dots(), part, request.threads, control, request.columns(),
           [&](std::int64_t begin, std::int64_t end) {
             std::vector<std::int64_t> w(columns * side_by_side), x(w.size());
             std::array<const std::int64_t*, side_by_side> weights{}, inputs{};
             for (std::size_t i = 0; i < side_by_side; ++i) {
               weights[i] = w.data() + i * columns;
               inputs[i] = x.data() + i * columns;
             }
             for (std::int64_t first = begin; first < end; first += side_by_side) {
               const auto count = static_cast<std::size_t>(std::min<std::int64_t>(side_by_side, end - first));
               for (std::size_t i = 0; i < count; ++i) {
                 const auto [at_w, at_x] = request.offsets(first + static_cast<std::int64_t>(i), request.outer.size());
                 request.w.load(at_w, request.order, w.data() + i * columns);
                 request.x.load(at_x, request.order, x.data() + i * columns);
               }
               const auto made = accumulate_side_by_side(weights, inputs, columns, request.simd, request.format);
               for (std::size_t i = 0; i < count; ++i) {
                 const std::size_t at = static_cast<std::size_t>(first) + i;
                 answers.stored[at] = made[i].stored;
                 answers.exact[at] = made[i].exact;
                 answers.events[at] = made[i].events;
               }
             }
           });
}

dot_answers compute(const dot_request& request, task_control& control) {
  const auto dots = static_cast<std::size_t>(request.dots());
  control.total = dots * static_cast<std::uint64_t>(request.columns());
  dot_answers answers{{}, {}, std::vector<std::int64_t>(dots), {}, {}};
  if (!dot_rows::fits(request.columns(), request.greatest_product(), request.format.bits)) {
    answers.wide_stored.resize(dots);
    answers.wide_exact.resize(dots);
    run_wide(request, control, [&](std::size_t i, const dot_result<big_int>& dot) {
      answers.wide_stored[i] = dot.stored;
      answers.wide_exact[i] = dot.exact;
      answers.events[i] = dot.events;
    });
    return answers;
  }
  answers.stored.resize(dots);
  answers.exact.resize(dots);
  if (dots == 0) return answers;
  const bool has_rows = !request.outer.empty() && request.outer.back() >= 8;
  if (has_rows && request.x.strides[request.outer.size() - 1] == 0)
    run_rows(request, request.w, request.x, answers, control);
  else if (has_rows && request.w.strides[request.outer.size() - 1] == 0)
    run_rows(request, request.x, request.w, answers, control);
  else
    run_pairs(request, answers, control);
  return answers;
}

operand operand_of(const py::array& array, std::int64_t low, std::int64_t high) {
  return {static_cast<const char*>(array.data()),
          array.dtype().kind() == 'i' ? 'i' : 'u',
          array.itemsize(),
          {array.strides(), array.strides() + array.ndim()},
          low,
          high};
}

py::array numbers(const std::vector<big_int>& values, const std::vector<std::int64_t>& shape) {
  py::list list;
  for (const big_int& value : values) list.append(int_of(value));
  const py::module_ numpy = py::module_::import("numpy");
  const py::object flat = numpy.attr("empty")(values.size(), py::arg("dtype") = "O");
  flat[py::ellipsis()] = list;
  return flat.attr("reshape")(py::cast(shape));
}

/// `w` and `x` have one shape, native byte order, and elements within the ranges; the Python side sees to that.
py::tuple dot(const py::array& w, const py::array& x, std::pair<std::int64_t, std::int64_t> w_range,
              std::pair<std::int64_t, std::int64_t> x_range, const std::string& accumulator,
              const py::array_t<std::int64_t>& order, int simd, unsigned threads, const py::object& tick) {
  dot_request request{operand_of(w, w_range.first, w_range.second),
                      operand_of(x, x_range.first, x_range.second),
                      {w.shape(), w.shape() + w.ndim() - 1},
                      {order.data(), order.data() + order.size()},
                      parse_accumulator_format(accumulator),
                      simd,
                      threads};
  request.w.is_plain = request.x.is_plain = std::is_sorted(request.order.begin(), request.order.end());
  validate(request.format, "accumulator");
  if (simd < 1 || request.columns() % simd != 0)
    throw config_error(fmt::format("simd = {} does not divide the {} products", simd, request.columns()));
  constexpr double quick = 4e6;  // products, that take milliseconds
  dot_answers answers;
  if (static_cast<double>(request.dots()) * static_cast<double>(request.columns()) < quick) {
    const py::gil_scoped_release others_run;
    task_control control;
    answers = compute(request, control);
  } else {
    answers = run_task(
        tick, [&request](task_control& control) { return compute(request, control); }, false);
  }
  std::vector<std::int64_t> shape = request.outer;
  std::vector<std::int64_t> events = std::move(answers.events);
  if (answers.wide_stored.empty())
    return py::make_tuple(array_of(std::move(answers.stored), shape), array_of(std::move(answers.exact), shape),
                          array_of(std::move(events), shape));
  return py::make_tuple(numbers(answers.wide_stored, shape), numbers(answers.wide_exact, shape),
                        array_of(std::move(events), shape));
}

/// Rows of weights, [rows, columns], with their type.
integer_tensor matrix_of(const py::array& weights) {
  integer_tensor matrix = integers_of(weights, "w");
  if (matrix.shape.size() == 1) matrix.shape.insert(matrix.shape.begin(), 1);
  if (matrix.shape.size() != 2 || matrix.words.empty())
    throw config_error(fmt::format("w: has {} dimensions and {} elements; expected [channels, products] or [products]",
                                   weights.ndim(), weights.size()));
  return matrix;
}

py::list certify_rows(const py::array& weights, const std::string& input_type) {
  py::list rows;
  for (const channel_certificate& row : certify(matrix_of(weights), parse_integer_type(input_type)))
    rows.append(py::make_tuple(row.minimal_bits(), int_of(row.low), int_of(row.high), int_of(row.l1_norm)));
  return rows;
}

py::tuple witness_of(const py::array& weights, const std::string& input_type, std::int64_t channel, int bits) {
  const integer_tensor matrix = matrix_of(weights);
  const integer_type type = parse_integer_type(input_type);
  if (channel < 0 || channel >= matrix.shape[0])
    throw config_error(fmt::format("channel {}: there are {} channels; expected 0 to {}", channel, matrix.shape[0],
                                   matrix.shape[0] - 1));
  witness found = find_witness(matrix, channel, type, bits);
  const std::int64_t columns = matrix.shape[1];
  return py::make_tuple(array_of(integer_tensor{type, {columns}, std::move(found.input)}), int_of(found.reached));
}

}  // namespace

void add_dots(py::module_& module) {
  module.def("dot", &dot, py::arg("w"), py::arg("x"), py::arg("w_range"), py::arg("x_range"), py::arg("accumulator"),
             py::arg("order"), py::arg("simd"), py::arg("threads"), py::arg("tick"));
  module.def(
      "format_text",
      [](const std::string& text) {
        const accumulator_format format = parse_accumulator_format(text);
        validate(format, "accumulator");
        return to_string(format);
      },
      py::arg("accumulator"));
  module.def("certify", &certify_rows, py::arg("w"), py::arg("input_type"));
  module.def("find_witness", &witness_of, py::arg("w"), py::arg("input_type"), py::arg("channel"), py::arg("bits"));
}

}  // namespace spillway::python
