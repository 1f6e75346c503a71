// SPDX-License-Identifier: Apache-2.0
// Nearest neighbour by whole factors: the first copy of a pixel is passed on in the cycle in which it is taken, and kept
// in a memory of one row; the others come from there. The twin of sim/units/upsample_unit.h; docs/units/upsample.md.
module spillway_upsample #(
    parameter int BITS = 8,  // of a beat
    parameter int WIDTH = 1,  // of the input
    parameter int FOLDS = 1,  // beats of a pixel
    parameter int FACTOR_H = 1,
    parameter int FACTOR_W = 1,
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
  // Where rows are not repeated, a pixel need only be kept until its copies are sent.
  localparam int DEPTH = FACTOR_H > 1 ? WIDTH * FOLDS : FOLDS;
  localparam int ADDRESS_BITS = DEPTH > 1 ? $clog2(DEPTH) : 1;

  logic send, last_fold, last_copy_x, last_x, last_copy_y, first_copy_x, first_copy_y;
  logic pixel_ends, row_ends;
  assign pixel_ends = send && last_fold && last_copy_x;
  assign row_ends   = pixel_ends && last_x;
  spillway_rounds #(.COUNT(FOLDS)) folds (.clk, .rst, .step(send), .last(last_fold));
  spillway_rounds #(.COUNT(FACTOR_W)) copies_x (.clk, .rst, .step(send && last_fold), .last(last_copy_x));
  spillway_rounds #(.COUNT(WIDTH)) columns (.clk, .rst, .step(pixel_ends), .last(last_x));
  spillway_rounds #(.COUNT(FACTOR_H)) copies_y (.clk, .rst, .step(row_ends), .last(last_copy_y));
  always_ff @(posedge clk)
    if (rst) begin
      first_copy_x <= 1'b1;
      first_copy_y <= 1'b1;
    end else begin
      if (send && last_fold) first_copy_x <= last_copy_x;
      if (row_ends) first_copy_y <= last_copy_y;
    end

  logic takes;
  logic [BITS-1:0] kept;
  assign takes     = first_copy_x && first_copy_y;
  assign out_valid = !takes || in_valid;
  assign send      = out_valid && out_ready;
  assign in_ready  = takes && out_ready;
  assign out_data  = takes ? in_data : kept;

  // The word of the beat: on to the next one, back to the pixel's first for another copy, or to the row's first.
  logic [ADDRESS_BITS-1:0] at, next;
  always_comb
    if (!send) next = at;
    else if (!last_fold) next = at + 1'b1;
    else if (!last_copy_x) next = at - ADDRESS_BITS'(FOLDS - 1);
    else if (last_x || FACTOR_H == 1) next = '0;
    else next = at + 1'b1;
  always_ff @(posedge clk) at <= rst ? '0 : next;

  spillway_ram #(.BITS(BITS), .DEPTH(DEPTH), .STYLE(MEMORY)) row (
      .clk, .write(send && takes), .write_at(at), .write_data(in_data), .read_at(at), .read_next(next),
      .read_data(kept));
endmodule
