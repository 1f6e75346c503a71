// SPDX-License-Identifier: Apache-2.0
// Counts COUNT steps round and round; `last` says that the next step is the last one of a round. Counts down, so that
// the end is a comparison with zero. COUNT = 1 is a wire.
module spillway_countdown #(
    parameter int COUNT = 2
) (
    input  logic clk,
    input  logic rst,
    input  logic step,
    output logic last
);
  if (COUNT == 1) begin : one
    // verilator lint_off UNUSED
    logic unused;
    // verilator lint_on UNUSED
    assign unused = clk ^ rst ^ step;
    assign last   = 1'b1;
  end else begin : many
    localparam int BITS = $clog2(COUNT);
    localparam logic [BITS-1:0] FIRST = BITS'(COUNT - 1);
    logic [BITS-1:0] left;

    assign last = left == '0;
    always_ff @(posedge clk)
      if (rst) left <= FIRST;
      else if (step) left <= last ? FIRST : left - 1'b1;
  end
endmodule
