// SPDX-License-Identifier: Apache-2.0
// Turns a frame into windows, a whole window of a channel fold a beat: a chain of delays from word to word of a window,
// with a tap for each element; lane = element * SIMD + channel.
//
// The contract is that of a ring of LAST + 2 words, LAST the words from the first to the last of a window: words leave
// it when no beat to come needs them, however many at once. A chain can only shift a word at a time, and that is enough:
// a beat to come needs as many new words as it goes on by, less the one that may wait at the door, and that is how often
// the chain has shifted when they are there. The one at the door is held in `entry` while a beat waits for room. The
// twin of sim/units/sliding_window_unit.h in its parallel style; docs/units/sliding_window.md.
module spillway_parallel_window #(
    parameter int BITS = 8,  // of a word
    parameter int HEIGHT = 3,
    parameter int WIDTH = 3,
    parameter int FOLDS = 1,  // words of a pixel
    parameter int KERNEL_H = 3,
    parameter int KERNEL_W = 3,
    parameter int STRIDE_H = 1,
    parameter int STRIDE_W = 1,
    parameter int DILATION_H = 1,
    parameter int DILATION_W = 1,
    parameter int WINDOWS_H = 1,
    parameter int WINDOWS_W = 1
) (
    input  logic                                 clk,
    input  logic                                 rst,
    input  logic                                 in_valid,
    output logic                                 in_ready,
    input  logic [                     BITS-1:0] in_data,
    output logic                                 out_valid,
    input  logic                                 out_ready,
    output logic [KERNEL_H*KERNEL_W*BITS-1:0] out_data
);
  localparam int TAPS = KERNEL_H * KERNEL_W;
  localparam int ELEMENT_W = DILATION_W * FOLDS;
  localparam int ELEMENT_H = DILATION_H * WIDTH * FOLDS;
  localparam int LAST = (KERNEL_H - 1) * ELEMENT_H + (KERNEL_W - 1) * ELEMENT_W;
  // Words from a beat to the next one: to the next fold, window, row of windows, frame.
  localparam int STEP_3 = STRIDE_W * FOLDS - (FOLDS - 1);
  localparam int STEP_4 = (STRIDE_H * WIDTH - (WINDOWS_W - 1) * STRIDE_W) * FOLDS - (FOLDS - 1);
  localparam int STEP_5 = (HEIGHT * WIDTH - (WINDOWS_H - 1) * STRIDE_H * WIDTH - (WINDOWS_W - 1) * STRIDE_W) * FOLDS
      - (FOLDS - 1);
  localparam int MOST_34 = STEP_3 > STEP_4 ? STEP_3 : STEP_4;
  localparam int MOST_345 = MOST_34 > STEP_5 ? MOST_34 : STEP_5;
  localparam int NEED_BITS = $clog2((MOST_345 > LAST + 1 ? MOST_345 : LAST + 1) + 1);

  logic [BITS-1:0] entry, word;
  logic entry_held, take, send, shift;
  assign in_ready = !entry_held;
  assign take = in_valid && in_ready;
  assign send = out_valid && out_ready;
  assign shift = (take || entry_held) && (!out_valid || out_ready);
  assign word = entry_held ? entry : in_data;
  always_ff @(posedge clk) begin
    if (take) entry <= in_data;
    entry_held <= !rst && (entry_held || take) && !shift;
  end

  logic last_fold, last_column, last_row;
  spillway_rounds #(.COUNT(FOLDS)) folds (.clk, .rst, .step(send), .last(last_fold));
  spillway_rounds #(.COUNT(WINDOWS_W)) columns (.clk, .rst, .step(send && last_fold), .last(last_column));
  spillway_rounds #(.COUNT(WINDOWS_H)) rows (.clk, .rst, .step(send && last_fold && last_column), .last(last_row));

  // Counts up to 0 the shifts until the taps stand on the next beat's words.
  logic [NEED_BITS-1:0] need, next_need;
  assign out_valid = need == '0;
  always_comb
    if (!send) next_need = need;
    else if (!last_fold) next_need = NEED_BITS'(0 - 1);
    else if (!last_column) next_need = NEED_BITS'(0 - STEP_3);
    else if (!last_row) next_need = NEED_BITS'(0 - STEP_4);
    else next_need = NEED_BITS'(0 - STEP_5);
  always_ff @(posedge clk)
    if (rst) need <= NEED_BITS'(0 - (LAST + 1));
    else need <= next_need + NEED_BITS'(shift);

  for (genvar k = 0; k < TAPS; k++) begin : tap
    localparam int NEXT = k + 1 < TAPS ? k + 1 : k;
    localparam int LENGTH = k + 1 == TAPS ? 1
        : NEXT % KERNEL_W != 0 ? ELEMENT_W : ELEMENT_H - (KERNEL_W - 1) * ELEMENT_W;
    logic [BITS-1:0] from;
    if (k + 1 == TAPS) assign from = word;
    else assign from = out_data[NEXT*BITS+:BITS];
    spillway_delay #(.BITS(BITS), .LENGTH(LENGTH)) delay (
        .clk, .rst, .shift, .in_data(from), .out_data(out_data[k*BITS+:BITS]));
  end
endmodule
