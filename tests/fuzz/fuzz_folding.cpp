// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <string>
#include <string_view>

#include "spillway/models/dataflow/folding_config.h"
#include "spillway/models/dataflow/lower.h"
#include "spillway/models/streamline/streamline.h"
#include "spillway/models/support/error.h"
#include "spillway/tests/fuzz/checks.h"
#include "spillway/tests/fuzz/json_mutator.h"
#include "spillway/tests/fuzz/memory_file.h"
#include "spillway/tests/models/random_image_network.h"

// Any bytes are read as a folding file of a network with units of many kinds, or refused. What is read folds the
// network or is refused by it; the folding that is written then is read again, and gives the same one.

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t most);

namespace {

using namespace spillway;
using namespace spillway::fuzz;

const integer_network& image_network() {
  static const integer_network made = streamline(testing::random_image_network(3));
  return made;
}

const std::vector<std::string>& units() {
  static const std::vector<std::string> names = unit_names(image_network());
  return names;
}

dataflow folded(std::string_view text) {
  const memory_file file(text);
  return lower(image_network(), read_folding_config(file.path(), units()));
}

constexpr std::array<std::string_view, 30> words{"Defaults",
                                                 "MVAU_0",
                                                 "MVAU_hls_1",
                                                 "VVAU_0",
                                                 "FMPadding_0",
                                                 "ConvolutionInputGenerator_0",
                                                 "Thresholding_0",
                                                 "AddStreams_0",
                                                 "all",
                                                 "PE",
                                                 "SIMD",
                                                 "ram_style",
                                                 "auto",
                                                 "block",
                                                 "distributed",
                                                 "ultra",
                                                 "mem_mode",
                                                 "internal_embedded",
                                                 "decoupled",
                                                 "resType",
                                                 "dsp",
                                                 "lut",
                                                 "parallel_window",
                                                 "inFIFODepths",
                                                 "outFIFODepths",
                                                 "MVAU",
                                                 "Pool_0",
                                                 "StreamingDataWidthConverter_0",
                                                 "runtime_writeable_weights",
                                                 "LabelSelect_0"};

}  // namespace

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t most, unsigned seed) {
  if (seed % 8 == 0) return LLVMFuzzerMutate(data, size, most);
  return give_back(mutated_json(text_of(data, size), words, seed), data, most);
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const dataflow flow = folded(text_of(data, size));
    const std::string written = folding_config_json(flow);
    check(folding_config_json(folded(written)) == written, "a folding that was written gives another one");
  } catch (const error& refusal) {
    check_message(refusal.what());
  }
  return 0;
}
