// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace spillway {

/// Computes on so many threads: LibTorch's own, and those of the BLAS that it calls. OpenBLAS takes one a core unless
/// it is told, and its sums depend on their number. 1 or more; results are repeatable for one number on one machine.
void set_threads(int count);

/// Makes the C library keep memory that was freed, where that is glibc: each step asks for the same tensors again, and
/// pages that come from the system every time cost a tenth of it.
void keep_freed_memory();

}  // namespace spillway
