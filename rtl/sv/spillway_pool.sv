// SPDX-License-Identifier: Apache-2.0
// Reduces windows of WINDOW beats to one: the greatest of each lane, or the sum shifted to the right. One register a
// lane, which is the result once a window is complete; it leaves in the next cycle, while the next window begins. A
// result that finds no room holds the input. The twin of sim/units/pool_unit.h; docs/units/pool.md.
module spillway_pool #(
    parameter int PE = 1,
    parameter int WINDOW = 4,
    parameter KIND = "max",  // or "sum"
    parameter int SHIFT = 0,
    parameter int IN_BITS = 8,
    parameter bit IN_SIGNED = 0,
    parameter bit IN_BIPOLAR = 0,
    parameter int OUT_BITS = 8
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
  // The bits of a sum that reach the output, and no more than a sum has; a bipolar one is a number of two bits. Of
  // bipolar values the greatest is that of their bits, and a wider output type makes numbers of it at the end.
  localparam int SUM_BITS = IN_BITS + (IN_BIPOLAR ? 1 : 0) + $clog2(WINDOW);
  localparam int REGISTER_BITS = KIND == "max" ? IN_BITS : (SUM_BITS < SHIFT + OUT_BITS ? SUM_BITS : SHIFT + OUT_BITS);
  localparam bit IS_SIGNED = IN_SIGNED || (IN_BIPOLAR && KIND != "max");

  logic take, last_element, first;
  assign in_ready = !out_valid || out_ready;
  assign take = in_valid && in_ready;
  spillway_rounds #(.COUNT(WINDOW)) elements (.clk, .rst, .step(take), .last(last_element));

  always_ff @(posedge clk)
    if (rst) begin
      out_valid <= 1'b0;
      first <= 1'b1;
    end else begin
      if (in_ready) out_valid <= take && last_element;
      if (take) first <= last_element;
    end

  for (genvar i = 0; i < PE; i++) begin : lane
    logic [REGISTER_BITS-1:0] value, reduced, next;
    spillway_extend #(.FROM(IN_BITS), .TO(REGISTER_BITS), .IS_SIGNED(IN_SIGNED),
                      .BIPOLAR(IN_BIPOLAR && KIND != "max")) widen (.from(in_data[i*IN_BITS+:IN_BITS]), .to(value));
    if (KIND == "max") begin : max
      logic greater;
      if (IN_SIGNED) assign greater = $signed(value) > $signed(reduced);
      else assign greater = value > reduced;
      assign next = first || greater ? value : reduced;
    end else begin : sum
      assign next = (first ? '0 : reduced) + value;
    end
    always_ff @(posedge clk) if (take) reduced <= next;

    // Shifted and extended in one: SHIFT is 0 for a maximum.
    if (SHIFT < REGISTER_BITS) begin : shifted
      spillway_extend #(.FROM(REGISTER_BITS - SHIFT), .TO(OUT_BITS), .IS_SIGNED(IS_SIGNED),
                        .BIPOLAR(IN_BIPOLAR && KIND == "max")) narrow (
          .from(reduced[REGISTER_BITS-1:SHIFT]), .to(out_data[i*OUT_BITS+:OUT_BITS]));
    end else begin : sign
      assign out_data[i*OUT_BITS+:OUT_BITS] = {OUT_BITS{IS_SIGNED && reduced[REGISTER_BITS-1]}};
    end
  end
endmodule
