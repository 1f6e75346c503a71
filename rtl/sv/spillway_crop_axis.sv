// SPDX-License-Identifier: Apache-2.0
// One dimension of a frame of which a part stays: KEPT places from FIRST on, of COUNT. `stays`: the current place does;
// `last`: it is the last one.
module spillway_crop_axis #(
    parameter int COUNT = 1,
    parameter int FIRST = 0,
    parameter int KEPT = 1
) (
    input  logic clk,
    input  logic rst,
    input  logic step,
    output logic stays,
    output logic last
);
  if (KEPT == COUNT) begin : whole
    assign stays = 1'b1;
    spillway_rounds #(.COUNT(COUNT)) places (.clk, .rst, .step, .last);
  end else begin : part
    localparam int BITS = $clog2(COUNT);
    logic [BITS-1:0] at;

    // A flip-flop that turns where the part begins and ends.
    localparam logic BEGINS = FIRST == 0;
    localparam int END = FIRST + KEPT;
    assign last = at == BITS'(COUNT - 1);
    always_ff @(posedge clk)
      if (rst || (step && last)) begin
        at <= '0;
        stays <= BEGINS;
      end else if (step) begin
        at <= at + 1'b1;
        if (FIRST > 0 && at == BITS'(FIRST - 1)) stays <= 1'b1;
        if (END < COUNT && at == BITS'(END - 1)) stays <= 1'b0;
      end
  end
endmodule
