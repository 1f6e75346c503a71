// SPDX-License-Identifier: Apache-2.0
//
// x * y by radix-4 Booth rows, the digits of y: see spillway_multiplier.
module spillway_booth_rows #(
    parameter M = 4,
    parameter M_SIGNED = 0,
    parameter N = 4,
    parameter N_SIGNED = 1,
    parameter P_BITS = M + N
) (
    input  logic [M-1:0] x,
    input  logic [N-1:0] y,
    output logic [P_BITS-1:0] p
);
  // Of digits, but for those that only bits beyond the product have.
  localparam ALL_DIGITS = N_SIGNED != 0 ? (N + 1) / 2 : N / 2 + 1;
  localparam DIGITS = 2 * ALL_DIGITS > P_BITS + 1 ? (P_BITS + 1) / 2 : ALL_DIGITS;

  logic [M+2:0] x_wide;               // 2 x and x side by side, sign-extended
  logic [2*ALL_DIGITS:0] y_wide;      // digit k is in the bits 2 k, 2 k + 1 and 2 k + 2
  assign x_wide = {{2{M_SIGNED != 0 && x[M-1]}}, x, 1'b0};
  assign y_wide = {{2 * ALL_DIGITS - N{N_SIGNED != 0 && y[N-1]}}, y, 1'b0};

  for (genvar k = 0; k < DIGITS; k = k + 1) begin : row
    localparam LEFT = P_BITS - 2 * k;  // bits of the product that are still to be made
    localparam BITS = LEFT < M + 2 ? LEFT : M + 2;
    logic [2:0] digit;
    logic [BITS-1:0] carried, minus;
    logic [BITS:0] sum;
    assign digit = y_wide[2*k+:3];
    for (genvar i = 0; i < BITS; i = i + 1) begin : bits
      assign minus[i] = ~digit[2] ^ ((digit[1] ^ digit[0]) & x_wide[i+1] |
                                     ((digit[2] & ~digit[1] & ~digit[0]) | (~digit[2] & digit[1] & digit[0])) &
                                         x_wide[i]);
    end
    // A difference, for its operands keep their places: `carried` has to be the one without logic before it. The place
    // below makes the borrow of digits that are not negative: carried - ~t - 1 = carried + t.
    assign sum = {carried, digit[2]} - {minus, 1'b1};
    if (k == 0) begin : first
      assign carried = {BITS{1'b0}};
    end else begin : next
      // What the row before left above its two finished bits, M bits at most, sign-extended.
      localparam KEPT = (LEFT + 2 < M + 2 ? LEFT + 2 : M + 2) - 2;
      if (KEPT >= BITS) begin : whole
        assign carried = row[k-1].sum[3+:BITS];
      end else begin : extended
        assign carried = {{BITS - KEPT{row[k-1].sum[KEPT+2]}}, row[k-1].sum[3+:KEPT]};
      end
    end
    if (k == DIGITS - 1) begin : last
      assign p[P_BITS-1:2*k] = sum[BITS:1];
    end else begin : finished
      assign p[2*k+:2] = sum[2:1];
    end
    logic unused;
    assign unused = sum[0];
  end
  logic unused;
  assign unused = &{1'b0, x_wide, y_wide};
endmodule
