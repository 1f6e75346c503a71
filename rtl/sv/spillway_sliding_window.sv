// SPDX-License-Identifier: Apache-2.0
// Turns a frame into windows, a word (SIMD channels of a pixel) a beat: a ring of DEPTH words that is written with each
// word once and read once a window element. ORDER "serial" sends [window, KERNEL_H, KERNEL_W, fold], "depthwise"
// [window, fold, KERNEL_H, KERNEL_W].
//
// The order of reading is five nested loops, so the next word is a constant step away from the last one, which constant
// says the innermost loop that goes on. No word is addressed by anything but that step: an adder each for the place in
// the ring, for the words that the next beat may still wait for, and for the free places. The twin of
// sim/units/sliding_window_unit.h; docs/units/sliding_window.md.
module spillway_sliding_window #(
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
    parameter int WINDOWS_W = 1,
    parameter ORDER = "serial",  // or "depthwise"
    parameter int DEPTH = 9,  // words of the ring: more than from the first to the last word of a window
    parameter MEMORY = "distributed"  // or "block"
) (
    input  logic            clk,
    input  logic            rst,
    input  logic            in_valid,
    output logic            in_ready,
    input  logic [BITS-1:0] in_data,
    output logic            out_valid,
    input  logic            out_ready,
    output logic [BITS-1:0] out_data
);
  // Loops from the innermost on: how often each goes round, and how many words a round of it goes on.
  localparam bit SERIAL = ORDER == "serial";
  localparam int COUNT_0 = SERIAL ? FOLDS : KERNEL_W;
  localparam int COUNT_1 = SERIAL ? KERNEL_W : KERNEL_H;
  localparam int COUNT_2 = SERIAL ? KERNEL_H : FOLDS;
  localparam int ELEMENT_W = DILATION_W * FOLDS;
  localparam int ELEMENT_H = DILATION_H * WIDTH * FOLDS;
  localparam int WORDS_0 = SERIAL ? 1 : ELEMENT_W;
  localparam int WORDS_1 = SERIAL ? ELEMENT_W : ELEMENT_H;
  localparam int WORDS_2 = SERIAL ? ELEMENT_H : 1;
  localparam int WORDS_3 = STRIDE_W * FOLDS;
  localparam int WORDS_4 = STRIDE_H * WIDTH * FOLDS;
  localparam int WORDS_5 = HEIGHT * WIDTH * FOLDS;
  // The step of a beat with which loop i goes on: those inside of it go back to their start.
  localparam int BACK_1 = (COUNT_0 - 1) * WORDS_0;
  localparam int BACK_2 = BACK_1 + (COUNT_1 - 1) * WORDS_1;
  localparam int BACK_3 = BACK_2 + (COUNT_2 - 1) * WORDS_2;
  localparam int BACK_4 = (WINDOWS_W - 1) * WORDS_3;
  localparam int BACK_5 = BACK_4 + (WINDOWS_H - 1) * WORDS_4;
  localparam int STEP_0 = WORDS_0;
  localparam int STEP_1 = WORDS_1 - BACK_1;
  localparam int STEP_2 = WORDS_2 - BACK_2;
  localparam int STEP_3 = WORDS_3 - BACK_3;
  localparam int STEP_4 = WORDS_4 - BACK_4 - BACK_3;
  localparam int STEP_5 = WORDS_5 - BACK_5 - BACK_3;

  localparam int PLACE_BITS = DEPTH > 1 ? $clog2(DEPTH) : 1;
  // Bits of a distance between words, signed: no step goes further than the ring is deep, or than the furthest one.
  localparam int FREED_4 = WORDS_4 - BACK_4;
  localparam int FREED_5 = WORDS_5 - BACK_5;
  localparam int FURTHEST_34 = WORDS_3 > FREED_4 ? WORDS_3 : FREED_4;
  localparam int FURTHEST = FURTHEST_34 > FREED_5 ? FURTHEST_34 : FREED_5;
  localparam int SPAN_BITS = $clog2(DEPTH + FURTHEST + 1) + 1;

  // The same steps in the ring, 0 to DEPTH - 1.
  localparam int RING_0 = (STEP_0 % DEPTH + DEPTH) % DEPTH;
  localparam int RING_1 = (STEP_1 % DEPTH + DEPTH) % DEPTH;
  localparam int RING_2 = (STEP_2 % DEPTH + DEPTH) % DEPTH;
  localparam int RING_3 = (STEP_3 % DEPTH + DEPTH) % DEPTH;
  localparam int RING_4 = (STEP_4 % DEPTH + DEPTH) % DEPTH;
  localparam int RING_5 = (STEP_5 % DEPTH + DEPTH) % DEPTH;

  logic take, send, last_0, last_1, last_2, last_3, last_4, element_ends, window_ends, row_ends;
  assign element_ends = send && last_0 && last_1;
  assign window_ends  = element_ends && last_2;
  assign row_ends     = window_ends && last_3;
  spillway_rounds #(.COUNT(COUNT_0)) loop_0 (.clk, .rst, .step(send), .last(last_0));
  spillway_rounds #(.COUNT(COUNT_1)) loop_1 (.clk, .rst, .step(send && last_0), .last(last_1));
  spillway_rounds #(.COUNT(COUNT_2)) loop_2 (.clk, .rst, .step(element_ends), .last(last_2));
  spillway_rounds #(.COUNT(WINDOWS_W)) columns (.clk, .rst, .step(window_ends), .last(last_3));
  spillway_rounds #(.COUNT(WINDOWS_H)) rows (.clk, .rst, .step(row_ends), .last(last_4));

  // Words written beyond that of the next beat, and places free, each less one: the sign says that there are none. Each
  // is one adder behind a choice of constants.
  logic signed [SPAN_BITS-1:0] ahead, free, step, freed;  // step, freed: of a beat that is sent in this cycle
  assign out_valid = !ahead[SPAN_BITS-1];
  assign in_ready  = !free[SPAN_BITS-1];
  assign take = in_valid && in_ready;
  assign send = out_valid && out_ready;
  localparam logic signed [SPAN_BITS-1:0] ONE = 1;
  always_comb begin
    freed = take ? -ONE : '0;
    if (!send) step = freed;
    else if (!last_0) step = take ? SPAN_BITS'(STEP_0 - 1) : SPAN_BITS'(STEP_0);
    else if (!last_1) step = take ? SPAN_BITS'(STEP_1 - 1) : SPAN_BITS'(STEP_1);
    else if (!last_2) step = take ? SPAN_BITS'(STEP_2 - 1) : SPAN_BITS'(STEP_2);
    else if (!last_3) begin
      step = take ? SPAN_BITS'(STEP_3 - 1) : SPAN_BITS'(STEP_3);
      freed = take ? SPAN_BITS'(WORDS_3 - 1) : SPAN_BITS'(WORDS_3);
    end else if (!last_4) begin
      step = take ? SPAN_BITS'(STEP_4 - 1) : SPAN_BITS'(STEP_4);
      freed = take ? SPAN_BITS'(FREED_4 - 1) : SPAN_BITS'(FREED_4);
    end else begin
      step = take ? SPAN_BITS'(STEP_5 - 1) : SPAN_BITS'(STEP_5);
      freed = take ? SPAN_BITS'(FREED_5 - 1) : SPAN_BITS'(FREED_5);
    end
  end
  always_ff @(posedge clk)
    if (rst) begin
      ahead <= -ONE;
      free  <= SPAN_BITS'(DEPTH - 1);
    end else begin
      ahead <= ahead - step;
      free  <= free + freed;
    end

  logic [PLACE_BITS-1:0] ring_step;
  always_comb
    if (!last_0) ring_step = PLACE_BITS'(RING_0);
    else if (!last_1) ring_step = PLACE_BITS'(RING_1);
    else if (!last_2) ring_step = PLACE_BITS'(RING_2);
    else if (!last_3) ring_step = PLACE_BITS'(RING_3);
    else if (!last_4) ring_step = PLACE_BITS'(RING_4);
    else ring_step = PLACE_BITS'(RING_5);

  // Places in the ring: of the next word in, and of the next beat's.
  localparam logic [PLACE_BITS:0] PLACES = (PLACE_BITS + 1)'(DEPTH);
  logic [PLACE_BITS-1:0] write_at, read_at, read_next, wrapped;
  logic [PLACE_BITS:0] stepped;
  assign stepped   = {1'b0, read_at} + {1'b0, ring_step};
  assign wrapped   = stepped >= PLACES ? PLACE_BITS'(stepped - PLACES) : stepped[PLACE_BITS-1:0];
  assign read_next = send ? wrapped : read_at;
  always_ff @(posedge clk)
    if (rst) begin
      write_at <= '0;
      read_at  <= '0;
    end else begin
      if (take) write_at <= write_at == PLACE_BITS'(DEPTH - 1) ? '0 : write_at + 1'b1;
      read_at <= read_next;
    end

  spillway_ram #(.BITS(BITS), .DEPTH(DEPTH), .STYLE(MEMORY)) ring (
      .clk, .write(take), .write_at, .write_data(in_data), .read_at, .read_next, .read_data(out_data));
endmodule
