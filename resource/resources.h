// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <initializer_list>

namespace spillway {

/// What a piece of hardware takes on an FPGA with LUTs of six inputs. LUT cells: a function each, before two of at most
/// five shared inputs are packed into one site.
struct resources {
  double luts = 0;    ///< LUT cells that are logic
  double lutram = 0;  ///< LUTs that are memory
  double srl = 0;     ///< LUTs that are shift registers
  double ff = 0;
  double sites = 0;  ///< LUT6 sites that all of these and the carry chains occupy, two small functions in one
  double carry = 0;  ///< CARRY4 (7-series) or CARRY8 (UltraScale+)
  double f7 = 0, f8 = 0;
  double bram18 = 0, uram = 0, dsp = 0;

  friend bool operator==(const resources&, const resources&) = default;

  double all_luts() const { return luts + lutram + srl; }

  resources& operator+=(const resources& other) {
    luts += other.luts;
    lutram += other.lutram;
    srl += other.srl;
    sites += other.sites;
    ff += other.ff;
    carry += other.carry;
    f7 += other.f7;
    f8 += other.f8;
    bram18 += other.bram18;
    uram += other.uram;
    dsp += other.dsp;
    return *this;
  }
  friend resources operator+(resources a, const resources& b) { return a += b; }
  friend resources operator*(double n, resources r) {
    for (double* part :
         {&r.luts, &r.lutram, &r.srl, &r.sites, &r.ff, &r.carry, &r.f7, &r.f8, &r.bram18, &r.uram, &r.dsp})
      *part *= n;
    return r;
  }
};

}  // namespace spillway
