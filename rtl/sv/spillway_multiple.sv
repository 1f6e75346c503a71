// SPDX-License-Identifier: Apache-2.0
// A constant multiple of a number, its low BITS bits: shifts that are added and subtracted, one for each digit of the
// factor that is not 0, in signed digits of which no two neighbours are (the non-adjacent form). A power of two is
// wires.
module spillway_multiple #(
    parameter int BITS = 8,
    parameter int FACTOR = 1
) (
    input  logic [BITS-1:0] from,
    output logic [BITS-1:0] to
);
  localparam int MAGNITUDE = FACTOR < 0 ? -FACTOR : FACTOR;
  localparam logic [35:0] SIZE = 36'(MAGNITUDE);
  localparam logic [35:0] TRIPLE = SIZE + (SIZE << 1);
  localparam logic [35:0] ABOVE = (TRIPLE & ~SIZE) >> 1;
  localparam logic [35:0] BELOW = (SIZE & ~TRIPLE) >> 1;
  localparam logic [35:0] PLUS = FACTOR < 0 ? BELOW : ABOVE;
  localparam logic [35:0] MINUS = FACTOR < 0 ? ABOVE : BELOW;

  always_comb begin
    to = '0;
    for (int digit = 0; digit < 36; digit++) begin
      if (PLUS[digit]) to = to + (from << digit);
      if (MINUS[digit]) to = to - (from << digit);
    end
  end
endmodule
