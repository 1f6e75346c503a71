// SPDX-License-Identifier: Apache-2.0
// The thresholding unit: y = OFFSET + #{t : threshold t <= x}, PE channels a cycle. The twin of
// sim/units/thresholding_unit.h; docs/units/thresholding.md.
//
// STYLE "parallel": an input register, then all comparators at once, counted: 2 cycles. STYLE "binary_search": a level is
// a comparator and a memory, which holds the threshold in the middle of what the levels before have left, and a cycle.
//
// A descending channel counts thresholds >= x, which is ~threshold <= ~x: its thresholds come complemented, and so is x.
module spillway_thresholding #(
    parameter int PE = 2,
    parameter int FOLDS = 2,     // beats after which channels begin again; 1 if all channels have the same thresholds
    parameter int STEPS = 15,    // thresholds a row; of a binary search 2^levels - 1, filled up with unreachable ones
    parameter int X_BITS = 8,
    parameter int X_KIND = 0,    // 0 unsigned, 1 signed, 2 bipolar
    parameter int T_BITS = 9,    // of a threshold, signed
    parameter int Y_BITS = 4,
    parameter int Y_OFFSET = 0,
    parameter STYLE = "parallel",
    parameter T_STYLE = "distributed",  // of the memories; or "block"
    // Parallel: threshold t of element p at place p * STEPS + t of a beat's word, of T_FILE or, if there is but one and it
    // is not too long, of T_WORD. Binary search: T_WORD has that of fold f at place (p * FOLDS + f) * STEPS + t.
    parameter T_FILE = "",
    parameter logic [(STYLE != "parallel" ? FOLDS*PE*STEPS*T_BITS : FOLDS == 1 && T_FILE == "" ? PE*STEPS*T_BITS : 1)-1:0] T_WORD = '0,
    parameter logic [FOLDS*PE-1:0] DESCENDING = '0  // place f * PE + p
) (
    input  logic                 clk,
    input  logic                 rst,
    input  logic                 in_valid,
    output logic                 in_ready,
    input  logic [PE*X_BITS-1:0] in_data,
    output logic                 out_valid,
    input  logic                 out_ready,
    output logic [PE*Y_BITS-1:0] out_data
);
  // What is compared: x, signed if it is bipolar or may be complemented.
  localparam int V_SIGNED = X_KIND != 0 || DESCENDING != 0 ? 1 : 0;
  localparam int V_BITS = X_BITS + (X_KIND == 2 || (X_KIND == 0 && DESCENDING != 0) ? 1 : 0);
  localparam int FOLD_BITS = $clog2(FOLDS) > 0 ? $clog2(FOLDS) : 1;

  logic enable, issue, is_last_fold;
  logic [FOLD_BITS-1:0] fold, next_fold;
  assign enable = !out_valid || out_ready;
  assign in_ready = enable;
  assign issue = in_valid && enable;
  if (STYLE == "parallel" && DESCENDING == 0) begin : any_order
    assign fold = '0;
    assign next_fold = '0;
    assign is_last_fold = 1'b1;
  end else begin : in_order
    spillway_counter #(.COUNT(FOLDS)) count_folds (
        .clk(clk), .rst(rst), .enable(issue), .next_value(next_fold), .value(fold), .is_last(is_last_fold));
  end

  logic [PE*V_BITS-1:0] values;
  for (genvar p = 0; p < PE; p++) begin : element
    logic [X_BITS-1:0] x;
    logic [V_BITS-1:0] value;
    assign x = in_data[p*X_BITS+:X_BITS];
    if (X_KIND == 2) begin : bipolar
      assign value = {!x[0], 1'b1};
    end else if (X_KIND == 1) begin : of_signed
      assign value = x;
    end else begin : of_unsigned
      assign value = V_BITS'(x);
    end
    if (DESCENDING == 0) begin : ascends
      assign values[p*V_BITS+:V_BITS] = value;
    end else begin : may_descend
      logic [FOLDS-1:0] descends;
      for (genvar f = 0; f < FOLDS; f++) begin : of_fold
        assign descends[f] = DESCENDING[f*PE+p];
      end
      assign values[p*V_BITS+:V_BITS] = value ^ {V_BITS{FOLDS == 1 ? descends[0] : descends[fold]}};
    end
  end

  if (STYLE == "parallel") begin : parallel
    logic kept_valid;
    logic [PE*V_BITS-1:0] kept;
    always_ff @(posedge clk) if (enable) kept <= values;
    always_ff @(posedge clk)
      if (rst) kept_valid <= 1'b0;
      else if (enable) kept_valid <= in_valid;
    spillway_threshold_stage #(
        .PE(PE), .FOLDS(FOLDS), .STEPS(STEPS), .X_BITS(V_BITS), .X_SIGNED(V_SIGNED), .T_BITS(T_BITS), .Y_BITS(Y_BITS),
        .OFFSET(Y_OFFSET), .STYLE(T_STYLE), .FILE(T_FILE), .WORD(T_WORD)
    ) stage (
        .clk(clk), .rst(rst), .enable(enable), .in_valid(kept_valid), .x(kept), .out_valid(out_valid), .y(out_data));
    logic unused;
    assign unused = &{1'b0, issue, fold, next_fold, is_last_fold};
  end else begin : search
    localparam int LEVELS = $clog2(STEPS + 1);
    logic [LEVELS:1] valid;
    always_ff @(posedge clk)
      if (rst) valid <= '0;
      else if (enable) valid <= LEVELS'({valid, in_valid});
    assign out_valid = valid[LEVELS];
    for (genvar p = 0; p < PE; p++) begin : of_element
      spillway_binary_search #(
          .FOLDS(FOLDS), .LEVELS(LEVELS), .X_BITS(V_BITS), .X_SIGNED(V_SIGNED), .T_BITS(T_BITS), .Y_BITS(Y_BITS),
          .OFFSET(Y_OFFSET), .STYLE(T_STYLE), .WORD(T_WORD[p*FOLDS*STEPS*T_BITS+:FOLDS*STEPS*T_BITS])
      ) of (
          .clk(clk), .enable(enable), .next_fold(next_fold), .fold(fold), .x(values[p*V_BITS+:V_BITS]),
          .y(out_data[p*Y_BITS+:Y_BITS]));
    end
    logic unused;
    assign unused = is_last_fold;
  end
endmodule
