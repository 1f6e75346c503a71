// SPDX-License-Identifier: Apache-2.0
#include <cstdio>

// libsystemc brings a `main` that calls `sc_main`, and can't be linked without one. A program with an `int main` of its
// own never gets there, and shouldn't have to know: it finds this one (sim/CMakeLists.txt sees to it), which gives way
// to any other definition.
extern "C" int sc_main(int argc, char* argv[]);

extern "C" [[gnu::weak]] int sc_main(int, char*[]) {
  std::fputs("this program defines neither main nor sc_main; one of them is where it starts\n", stderr);
  return 2;
}
