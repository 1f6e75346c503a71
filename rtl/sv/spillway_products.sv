// SPDX-License-Identifier: Apache-2.0
// The products of SIMD inputs and weights, those of narrow lanes already summed by groups: a LUT6 takes three 1-bit
// lanes, or two of 1 and 2 bits (spillway_lane_table). Wider ones are multiplied one a lane (spillway_multiplier), by
// +-1 with a row of exclusive-ors (spillway_negation). Combinational; spillway_dot registers what comes out.
//
// Kinds of inputs and weights: 0 unsigned, 1 signed, 2 bipolar (a bit: 1 is +1, 0 is -1).
module spillway_products #(
    parameter int SIMD = 4,
    parameter int GROUP = 1,  // lanes summed in a table: at most 6 / (X_BITS + W_BITS), 1 where that is 0
    parameter int X_BITS = 4,
    parameter int X_KIND = 0,
    parameter int W_BITS = 4,
    parameter int W_KIND = 1,
    parameter int XNOR = 0,   // 1: a product is 1 where two bits agree, else 0
    parameter int BITS = 8,   // of a group's sum, its low ones
    parameter int USE_DSP = 0
) (
    input  logic [SIMD*X_BITS-1:0] x,
    input  logic [SIMD*W_BITS-1:0] w,
    output logic [(SIMD+GROUP-1)/GROUP*BITS-1:0] sums
);
  for (genvar g = 0; g < (SIMD + GROUP - 1) / GROUP; g++) begin : group
    localparam int LANES = SIMD - g * GROUP < GROUP ? SIMD - g * GROUP : GROUP;
    logic [LANES*X_BITS-1:0] xs;
    logic [LANES*W_BITS-1:0] ws;
    assign xs = x[g*GROUP*X_BITS+:LANES*X_BITS];
    assign ws = w[g*GROUP*W_BITS+:LANES*W_BITS];
    if (X_BITS + W_BITS <= 6 || X_KIND == 2 && W_KIND == 2) begin : narrow
      spillway_lane_table #(
          .LANES(LANES), .X_BITS(X_BITS), .X_KIND(X_KIND), .W_BITS(W_BITS), .W_KIND(W_KIND), .XNOR(XNOR), .BITS(BITS)
      ) sum_of (.x(xs), .w(ws), .sum(sums[g*BITS+:BITS]));
    end else if (W_KIND == 2) begin : bipolar_weight
      spillway_negation #(.BITS(X_BITS), .SIGNED(X_KIND), .OUT_BITS(BITS)) of (
          .negate(!ws[0]), .in(xs), .out(sums[g*BITS+:BITS]));
    end else if (X_KIND == 2) begin : bipolar_input
      spillway_negation #(.BITS(W_BITS), .SIGNED(W_KIND), .OUT_BITS(BITS)) of (
          .negate(!xs[0]), .in(ws), .out(sums[g*BITS+:BITS]));
    end else begin : wide
      spillway_multiplier #(
          .A_BITS(X_BITS), .A_SIGNED(X_KIND), .B_BITS(W_BITS), .B_SIGNED(W_KIND), .P_BITS(BITS), .USE_DSP(USE_DSP)
      ) product_of (.a(xs), .b(ws), .p(sums[g*BITS+:BITS]));
    end
  end
endmodule
