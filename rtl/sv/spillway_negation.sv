// SPDX-License-Identifier: Apache-2.0
// An integer or its negative, combinational: exclusive-ors and a carry chain, OUT_BITS LUTs.
module spillway_negation #(
    parameter int BITS = 8,
    parameter int SIGNED = 0,
    parameter int OUT_BITS = BITS + 1  // BITS + 1 at most
) (
    input  logic                negate,
    input  logic [BITS-1:0]     in,
    output logic [OUT_BITS-1:0] out
);
  logic [BITS:0] wide;
  logic [OUT_BITS:0] sum;
  assign wide = {SIGNED != 0 && in[BITS-1], in};
  // The place below makes the carry: negate + negate.
  assign sum = {wide[OUT_BITS-1:0] ^ {OUT_BITS{negate}}, negate} + {{OUT_BITS{1'b0}}, negate};
  assign out = sum[OUT_BITS:1];
  logic unused;
  assign unused = &{1'b0, wide, sum[0]};
endmodule
