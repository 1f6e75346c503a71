// SPDX-License-Identifier: Apache-2.0
// An integer in more bits, or its low ones. Wires.
module spillway_extend #(
    parameter int BITS = 4,
    parameter int SIGNED = 1,
    parameter int OUT_BITS = 8
) (
    input  logic [BITS-1:0]     in,
    output logic [OUT_BITS-1:0] out
);
  if (OUT_BITS > BITS) begin : wider
    assign out = {{OUT_BITS - BITS{SIGNED != 0 && in[BITS-1]}}, in};
  end else begin : narrower
    assign out = in[OUT_BITS-1:0];
    if (OUT_BITS < BITS) begin : rest
      logic unused;
      assign unused = &{1'b0, in[BITS-1:OUT_BITS]};
    end
  end
endmodule
