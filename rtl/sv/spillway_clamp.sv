// SPDX-License-Identifier: Apache-2.0
// The nearest signed integer of OUT_BITS bits. Combinational.
module spillway_clamp #(
    parameter int BITS = 20,
    parameter int OUT_BITS = 16
) (
    input  logic [BITS-1:0]     in,
    output logic [OUT_BITS-1:0] out
);
  if (BITS > OUT_BITS) begin : fits
    logic is_beyond;  // the bits that are dropped are not copies of the sign
    assign is_beyond = in[BITS-1:OUT_BITS-1] != {BITS - OUT_BITS + 1{in[BITS-1]}};
    assign out[OUT_BITS-1] = in[BITS-1];
    if (OUT_BITS > 1) begin : low
      assign out[OUT_BITS-2:0] = is_beyond ? {OUT_BITS - 1{!in[BITS-1]}} : in[OUT_BITS-2:0];
    end
  end else begin : as_it_is
    assign out = in;
  end
endmodule
