// SPDX-License-Identifier: Apache-2.0
// y = OFFSET + #{t : threshold t <= x}, for thresholds that ascend. Combinational: a comparator each, and of their
// outputs, ones from below, the binary number.
module spillway_thresholds #(
    parameter int STEPS = 15,
    parameter int X_BITS = 16,
    parameter int X_SIGNED = 1,
    parameter int T_BITS = 16,   // of a threshold, signed
    parameter int Y_BITS = 4,
    parameter int OFFSET = 0,
    parameter int CONSTANT = 0,  // 1: the thresholds are those of WORD, and so part of the comparators
    parameter logic [(CONSTANT != 0 ? STEPS*T_BITS : 1)-1:0] WORD = '0
) (
    input  logic [X_BITS-1:0]       x,
    input  logic [STEPS*T_BITS-1:0] thresholds,
    output logic [Y_BITS-1:0]       y
);
  localparam int X_WIDE = X_BITS + (X_SIGNED != 0 ? 0 : 1);
  localparam int WIDE = X_WIDE > T_BITS ? X_WIDE : T_BITS;
  localparam int COUNT_BITS = $clog2(STEPS + 1);

  logic [WIDE-1:0] value;
  logic [STEPS-1:0] reached;
  assign value = X_SIGNED != 0 ? WIDE'($signed(x)) : WIDE'(x);
  for (genvar t = 0; t < STEPS; t++) begin : step
    if (CONSTANT != 0) begin : with_constant
      assign reached[t] = $signed(value) >= WIDE'($signed(WORD[t*T_BITS+:T_BITS]));
    end else begin : with_input
      assign reached[t] = $signed(value) >= WIDE'($signed(thresholds[t*T_BITS+:T_BITS]));
    end
  end

  // `reached` is ones from below: bit b of their number turns over at each multiple of 2^b.
  logic [COUNT_BITS-1:0] count;
  for (genvar b = 0; b < COUNT_BITS; b++) begin : bits
    logic [STEPS-1:0] turns;
    for (genvar t = 0; t < STEPS; t++) begin : at
      assign turns[t] = (t + 1) % (1 << b) == 0 && reached[t];
    end
    assign count[b] = ^turns;
  end

  logic unused;
  assign unused = &{1'b0, thresholds};

  assign y = OFFSET == 0 ? Y_BITS'(count) : Y_BITS'(count) + Y_BITS'(OFFSET);
endmodule
