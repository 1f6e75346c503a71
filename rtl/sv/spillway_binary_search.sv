// SPDX-License-Identifier: Apache-2.0
// How many of 2^LEVELS - 1 ascending thresholds x has reached, plus OFFSET, a bit of the number a level and cycle: a level
// compares x with the threshold in the middle of those that are left. Its memory has 2^level words a fold.
module spillway_binary_search #(
    parameter int FOLDS = 2,
    parameter int LEVELS = 3,
    parameter int X_BITS = 8,
    parameter int X_SIGNED = 0,
    parameter int T_BITS = 9,
    parameter int Y_BITS = 3,
    parameter int OFFSET = 0,
    parameter STYLE = "distributed",
    parameter logic [FOLDS*((1<<LEVELS)-1)*T_BITS-1:0] WORD = '0,  // that of fold f at place f * (2^LEVELS - 1) + t
    parameter int FOLD_BITS = $clog2(FOLDS) > 0 ? $clog2(FOLDS) : 1
) (
    input  logic                 clk,
    input  logic                 enable,
    input  logic [FOLD_BITS-1:0] next_fold,  // of the next cycle's x
    input  logic [FOLD_BITS-1:0] fold,
    input  logic [X_BITS-1:0]    x,
    output logic [Y_BITS-1:0]    y
);
  localparam int STEPS = (1 << LEVELS) - 1;
  localparam int X_WIDE = X_BITS + (X_SIGNED != 0 ? 0 : 1);
  localparam int WIDE = X_WIDE > T_BITS ? X_WIDE : T_BITS;

  // The thresholds that level `l` looks at: word fold * 2^l + found.
  function automatic [FOLDS*(1<<(LEVELS-1))*T_BITS-1:0] words_of(input integer fn_l);
    integer fn_f, fn_found, fn_t;
    for (fn_f = 0; fn_f < FOLDS; fn_f = fn_f + 1)
      for (fn_found = 0; fn_found < (1 << fn_l); fn_found = fn_found + 1) begin
        fn_t = (2 * fn_found + 1) * (1 << (LEVELS - 1 - fn_l)) - 1;
        words_of[(fn_f*(1<<fn_l)+fn_found)*T_BITS+:T_BITS] = WORD[(fn_f*STEPS+fn_t)*T_BITS+:T_BITS];
      end
  endfunction

  for (genvar l = 0; l < LEVELS; l++) begin : level
    // The fold and the bits that are found before it: the address; with this one they are the next level's.
    localparam int BITS = FOLD_BITS + l;
    localparam int DEPTH = FOLDS * (1 << l);
    localparam int ADDRESS_BITS = $clog2(DEPTH) > 0 ? $clog2(DEPTH) : 1;
    localparam logic [FOLDS*(1<<(LEVELS-1))*T_BITS-1:0] WORDS = words_of(l);
    logic [BITS-1:0] found, next_found;
    logic [BITS:0] result;
    logic [X_BITS-1:0] value;
    logic [T_BITS-1:0] threshold;
    logic reached;
    spillway_memory #(
        .BITS(T_BITS), .DEPTH(DEPTH), .STYLE(STYLE), .WORDS(WORDS[DEPTH*T_BITS-1:0])
    ) memory (
        .clk(clk), .next_address(ADDRESS_BITS'(next_found)), .address(ADDRESS_BITS'(found)), .word(threshold));
    assign reached = $signed(X_SIGNED != 0 ? WIDE'($signed(value)) : WIDE'(value)) >= WIDE'($signed(threshold));
    assign result = {found, reached};
    if (l == 0) begin : first
      assign next_found = next_fold;
      assign found = fold;
      assign value = x;
    end else begin : later
      assign next_found = enable ? level[l-1].result : found;
      always_ff @(posedge clk) found <= next_found;
      always_ff @(posedge clk) if (enable) value <= level[l-1].value;
    end
    logic unused;
    assign unused = &{1'b0, WORDS, next_found, found};
  end

  logic [LEVELS-1:0] count;
  assign count = level[LEVELS-1].result[LEVELS-1:0];
  always_ff @(posedge clk)
    if (enable) y <= OFFSET == 0 ? Y_BITS'(count) : Y_BITS'(count) + Y_BITS'(OFFSET);
  logic unused;
  assign unused = &{1'b0, level[LEVELS-1].result};
endmodule
