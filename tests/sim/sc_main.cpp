// SPDX-License-Identifier: Apache-2.0
#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>

#include <systemc>

// libsystemc's `main` calls this, as it does in any SystemC program. (A plain `int main` works as well: see
// sim/kernel.h.)
int sc_main(int argc, char* argv[]) { return doctest::Context(argc, argv).run(); }
