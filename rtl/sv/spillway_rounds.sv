// SPDX-License-Identifier: Apache-2.0
// Counts rounds of COUNT steps: `last` says that the next step is the last one of a round. COUNT = 1 is a wire.
module spillway_rounds #(
    parameter int COUNT = 2
) (
    input  logic clk,
    input  logic rst,
    input  logic step,
    output logic last
);
  if (COUNT == 1) begin : one
    logic unused;
    assign unused = &{1'b0, clk, rst, step};
    assign last   = 1'b1;
  end else begin : many
    localparam int BITS = $clog2(COUNT);
    logic [BITS-1:0] done;

    assign last = done == BITS'(COUNT - 1);
    always_ff @(posedge clk)
      if (rst || (step && last)) done <= '0;
      else if (step) done <= done + 1'b1;
  end
endmodule
