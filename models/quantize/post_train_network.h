// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <set>
#include <string>
#include <vector>

#include "spillway/models/network/file_layer.h"
#include "spillway/models/network/network.h"
#include "spillway/models/quantize/post_train_layer.h"

namespace spillway {

/// What became of one layer.
struct layer_outcome {
  std::string name;
  std::int64_t rows = 0, columns = 0;
  int minimal_bits = 1;        ///< the exact least accumulator afterwards, over all rows
  int minimal_inner_bits = 1;  ///< of the tiles, where there are any
  /// sqrt(E |error|^2 / E |output|^2) on the calibration data, all rows together; where the bias was corrected, of the
  /// deviations from the means.
  double relative_error = 0;
  double zeros = 0;  ///< share of weights
};

/// A network whose products fit their accumulators, and what became of each of them.
struct fitted_network {
  network net;  ///< claims the width of each layer that was made to fit
  std::vector<layer_outcome> layers;
  std::vector<skipped_layer> skipped;
};

/// Makes every product of a trained network fit the accumulator of `options`, one after another: `r` of a layer's
/// moments is what the trained network gives it, `x` what the network gives it whose layers before it have been
/// changed. `inputs` is [frames, ...], real; `left_alone` names products to leave as they are.
///
/// Each layer is certified afterwards on the integers that streamlining makes of the new file, and claims the width
/// (if tiled, the outer one and the tiles). Throws `error` where one does not hold (a tile of a flattened image, say,
/// whose columns the hardware takes in another order), `config_error` for options and names, `input_error` for a
/// network that does not streamline.
fitted_network post_train(const network& trained, const float_tensor& inputs, const post_training_options& options,
                          const std::set<std::string>& left_alone = {});

/// Post-training minimization (PTM): the same network, in which each product claims the exact least accumulator of the
/// weights that it has.
fitted_network minimize_accumulators(const network& trained);

}  // namespace spillway
