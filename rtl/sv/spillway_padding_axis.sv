// SPDX-License-Identifier: Apache-2.0
// One dimension of a padded frame: BEFORE places of padding, SIZE places of the input with STRIDE - 1 of padding between
// them, AFTER places of padding. `takes`: the current place is the input's; `last`: it is the last one.
module spillway_padding_axis #(
    parameter int SIZE = 1,
    parameter int BEFORE = 0,
    parameter int AFTER = 0,
    parameter int STRIDE = 1
) (
    input  logic clk,
    input  logic rst,
    input  logic step,
    output logic takes,
    output logic last
);
  localparam int PLACES = (SIZE - 1) * STRIDE + 1 + BEFORE + AFTER;
  spillway_rounds #(.COUNT(PLACES)) places (.clk, .rst, .step, .last);

  if (PLACES == SIZE) begin : plain
    assign takes = 1'b1;
  end else begin : padded
    localparam int BORDER = AFTER + BEFORE;  // from the last place of the input to the first one of the next frame
    localparam int MOST = STRIDE - 1 > BORDER ? STRIDE - 1 : BORDER;
    localparam int BITS = $clog2(MOST + 1);
    // Counts up to 0 the places of padding before the next one of the input.
    logic [BITS-1:0] gap;
    logic last_input;
    spillway_rounds #(.COUNT(SIZE)) inputs (.clk, .rst, .step(step && takes), .last(last_input));

    assign takes = gap == '0;
    always_ff @(posedge clk)
      if (rst) gap <= BITS'(0 - BEFORE);
      else if (step) gap <= !takes ? gap + 1'b1 : last_input ? BITS'(0 - BORDER) : BITS'(1 - STRIDE);
  end
endmodule
