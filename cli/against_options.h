// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "spillway/cli/design_options.h"
#include "spillway/cli/price_options.h"

namespace CLI {
class App;
}

namespace spillway {

/// The second design of a comparison, as the command line says it: what is left out is the first one's.
struct against_arguments {
  design_arguments design;
  price_arguments prices;
};

/// Adds --against and the --against-... options to a command.
void add_against_options(CLI::App& command, against_arguments& arguments);

/// Whether one of them was given.
bool compares(const CLI::App& command);

/// The second design: `first` with what was said of it.
against_arguments second_of(const CLI::App& command, const against_arguments& said, const design_arguments& first,
                            const price_arguments& prices);

/// What a design is, in a line: its model, and the options that make it.
std::string description_of(const design_arguments& design, const price_arguments& prices);

}  // namespace spillway
