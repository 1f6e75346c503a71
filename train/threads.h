// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace spillway {

/// Computes on so many threads: LibTorch's own, and those of the BLAS that it calls. OpenBLAS takes one a core unless
/// it is told, and its sums depend on their number. 1 or more; results are repeatable for one number on one machine.
void set_threads(int count);

}  // namespace spillway
