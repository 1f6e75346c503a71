// SPDX-License-Identifier: Apache-2.0
// A register behind PE sets of thresholds (spillway_thresholds), whose rows follow each other: beat f of FOLDS has the
// rows f * PE and on. The word of a beat in FILE holds threshold t of element p at place p * STEPS + t; if there is but
// one word it is WORD, and the comparators are made for it; a word too long for a parameter is in FILE, too.
module spillway_threshold_stage #(
    parameter int PE = 2,
    parameter int FOLDS = 2,
    parameter int STEPS = 15,
    parameter int X_BITS = 16,
    parameter int X_SIGNED = 1,
    parameter int T_BITS = 16,
    parameter int Y_BITS = 4,
    parameter int OFFSET = 0,
    parameter STYLE = "distributed",  // of the memory; or "block"
    parameter FILE = "",
    parameter logic [(FOLDS == 1 && FILE == "" ? PE*STEPS*T_BITS : 1)-1:0] WORD = '0
) (
    input  logic                 clk,
    input  logic                 rst,
    input  logic                 enable,
    input  logic                 in_valid,
    input  logic [PE*X_BITS-1:0] x,
    output logic                 out_valid,
    output logic [PE*Y_BITS-1:0] y
);
  logic [PE*STEPS*T_BITS-1:0] rows;
  if (FOLDS == 1 && FILE == "") begin : one_word
    assign rows = WORD;
  end else if (FOLDS == 1) begin : long_word
    spillway_memory #(.BITS(PE * STEPS * T_BITS), .DEPTH(1), .FILE(FILE)) memory (
        .clk(clk), .next_address(1'b0), .address(1'b0), .word(rows));
  end else begin : words
    localparam int FOLD_BITS = $clog2(FOLDS);
    logic [FOLD_BITS-1:0] fold, next_fold;
    logic is_last_fold;
    spillway_counter #(.COUNT(FOLDS)) count_folds (
        .clk(clk), .rst(rst), .enable(enable && in_valid), .next_value(next_fold), .value(fold),
        .is_last(is_last_fold));
    spillway_memory #(.BITS(PE * STEPS * T_BITS), .DEPTH(FOLDS), .STYLE(STYLE), .FILE(FILE)) memory (
        .clk(clk), .next_address(next_fold), .address(fold), .word(rows));
    logic unused;
    assign unused = is_last_fold;
  end

  logic [PE*Y_BITS-1:0] next;
  for (genvar p = 0; p < PE; p++) begin : element
    if (FOLDS == 1 && FILE == "") begin : of_constants
      spillway_thresholds #(
          .STEPS(STEPS), .X_BITS(X_BITS), .X_SIGNED(X_SIGNED), .T_BITS(T_BITS), .Y_BITS(Y_BITS), .OFFSET(OFFSET),
          .CONSTANT(1), .WORD(WORD[p*STEPS*T_BITS+:STEPS*T_BITS])
      ) level (
          .x(x[p*X_BITS+:X_BITS]), .thresholds(rows[p*STEPS*T_BITS+:STEPS*T_BITS]), .y(next[p*Y_BITS+:Y_BITS]));
    end else begin : of_words
      spillway_thresholds #(
          .STEPS(STEPS), .X_BITS(X_BITS), .X_SIGNED(X_SIGNED), .T_BITS(T_BITS), .Y_BITS(Y_BITS), .OFFSET(OFFSET)
      ) level (
          .x(x[p*X_BITS+:X_BITS]), .thresholds(rows[p*STEPS*T_BITS+:STEPS*T_BITS]), .y(next[p*Y_BITS+:Y_BITS]));
    end
  end
  always_ff @(posedge clk) if (enable) y <= next;
  always_ff @(posedge clk)
    if (rst) out_valid <= 1'b0;
    else if (enable) out_valid <= in_valid;
endmodule
