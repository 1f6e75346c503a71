// SPDX-License-Identifier: Apache-2.0
// Sums all positions of a frame, channel by channel: an adder a lane, a LUTRAM of FOLDS words with the sums so far, and
// a result register from which the sums leave while the last position arrives. A result that finds no room holds the
// input. The twin of sim/units/global_accumulate_unit.h; docs/units/global_accumulate.md.
module spillway_global_accumulate #(
    parameter int PE = 1,
    parameter int FOLDS = 1,
    parameter int POSITIONS = 1,
    parameter int IN_BITS = 8,
    parameter bit IN_SIGNED = 0,
    parameter bit IN_BIPOLAR = 0,
    parameter int OUT_BITS = 16
) (
    input  logic                   clk,
    input  logic                   rst,
    input  logic                   in_valid,
    output logic                   in_ready,
    input  logic [ PE*IN_BITS-1:0] in_data,
    output logic                   out_valid,
    input  logic                   out_ready,
    output logic [PE*OUT_BITS-1:0] out_data
);
  logic take, last_fold, last_position, first_position;
  assign in_ready = !out_valid || out_ready;
  assign take = in_valid && in_ready;
  spillway_rounds #(.COUNT(FOLDS)) folds (.clk, .rst, .step(take), .last(last_fold));
  spillway_rounds #(.COUNT(POSITIONS)) positions (.clk, .rst, .step(take && last_fold), .last(last_position));

  always_ff @(posedge clk)
    if (rst) begin
      out_valid <= 1'b0;
      first_position <= 1'b1;
    end else begin
      if (in_ready) out_valid <= take && last_position;
      if (take && last_fold) first_position <= last_position;
    end

  logic [PE*OUT_BITS-1:0] so_far, sums;
  for (genvar i = 0; i < PE; i++) begin : lane
    logic [OUT_BITS-1:0] value;
    spillway_extend #(.FROM(IN_BITS), .TO(OUT_BITS), .IS_SIGNED(IN_SIGNED), .BIPOLAR(IN_BIPOLAR)) widen (
        .from(in_data[i*IN_BITS+:IN_BITS]), .to(value));
    assign sums[i*OUT_BITS+:OUT_BITS] = (first_position ? '0 : so_far[i*OUT_BITS+:OUT_BITS]) + value;
  end
  always_ff @(posedge clk) if (take) out_data <= sums;

  if (FOLDS == 1) begin : alone
    assign so_far = out_data;  // one word: the result register holds it
  end else begin : memory
    logic [$clog2(FOLDS)-1:0] fold;
    always_ff @(posedge clk)
      if (rst) fold <= '0;
      else if (take) fold <= last_fold ? '0 : fold + 1'b1;
    spillway_ram #(.BITS(PE * OUT_BITS), .DEPTH(FOLDS), .STYLE("distributed")) sums_so_far (
        .clk, .write(take), .write_at(fold), .write_data(sums), .read_at(fold), .read_next(fold), .read_data(so_far));
  end
endmodule
