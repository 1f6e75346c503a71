// SPDX-License-Identifier: Apache-2.0
#include "spillway/train/threads.h"

#include <ATen/Parallel.h>
#include <dlfcn.h>
#include <malloc.h>

#include <limits>

namespace spillway {

void set_threads(int count) {
  at::set_num_threads(count);
  // Which BLAS there is, is decided when the program starts (Debian's alternatives); others than OpenBLAS lack this.
  using setter = void (*)(int);
  if (const auto set = reinterpret_cast<setter>(dlsym(RTLD_DEFAULT, "openblas_set_num_threads"))) set(count);
}

void keep_freed_memory() {
#ifdef __GLIBC__
  mallopt(M_MMAP_THRESHOLD, 1 << 30);
  mallopt(M_TRIM_THRESHOLD, std::numeric_limits<int>::max());
#endif
}

}  // namespace spillway
