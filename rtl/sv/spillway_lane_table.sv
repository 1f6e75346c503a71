// SPDX-License-Identifier: Apache-2.0
//
// The sum of the products of a few narrow lanes as a table, a LUT6 an output bit: LANES * (X_BITS + W_BITS) is at most 6.
// Three 1-bit lanes, two of 1 and 2 bits, one of up to 3 by 3. Combinational.
module spillway_lane_table #(
    parameter LANES = 3,
    parameter X_BITS = 1,
    parameter X_KIND = 0,  // 0: unsigned, 1: signed, 2: bipolar (a bit: 1 is +1, 0 is -1)
    parameter W_BITS = 1,
    parameter W_KIND = 2,
    parameter XNOR = 1,    // a product is 1 where the two bits agree, else 0
    parameter BITS = 2     // of the sum, its low ones
) (
    input  logic [LANES*X_BITS-1:0] x,
    input  logic [LANES*W_BITS-1:0] w,
    output logic [BITS-1:0] sum
);
  localparam INPUTS = LANES * (X_BITS + W_BITS);

  function automatic integer value(input integer fn_code, input integer fn_bits, input integer fn_kind);
    value = fn_code % (1 << fn_bits);
    if (fn_kind == 1 && value >= (1 << (fn_bits - 1))) value = value - (1 << fn_bits);
    if (fn_kind == 2) value = 2 * value - 1;
  endfunction

  // Bit `place` of the sum, for every {w, x}.
  function automatic [(1<<INPUTS)-1:0] column(input integer fn_place);
    integer fn_code, fn_lane, fn_total, fn_x_code, fn_w_code;
    for (fn_code = 0; fn_code < (1 << INPUTS); fn_code = fn_code + 1) begin
      fn_total = 0;
      for (fn_lane = 0; fn_lane < LANES; fn_lane = fn_lane + 1) begin
        fn_x_code = fn_code >> (fn_lane * X_BITS);
        fn_w_code = fn_code >> (LANES * X_BITS + fn_lane * W_BITS);
        if (XNOR != 0) fn_total = fn_total + (fn_x_code % 2 == fn_w_code % 2 ? 1 : 0);
        else fn_total = fn_total + value(fn_x_code, X_BITS, X_KIND) * value(fn_w_code, W_BITS, W_KIND);
      end
      column[fn_code] = (fn_total >>> fn_place) % 2 != 0;
    end
  endfunction

  for (genvar b = 0; b < BITS; b = b + 1) begin : bits
    localparam [(1<<INPUTS)-1:0] COLUMN = column(b);
    assign sum[b] = COLUMN[{w, x}];
  end
endmodule
