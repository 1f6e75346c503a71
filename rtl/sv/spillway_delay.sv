// SPDX-License-Identifier: Apache-2.0
// Delays words by LENGTH shifts. Short ones are shift registers (SRL), longer ones a ring in LUTRAM or block RAM with a
// register behind it.
module spillway_delay #(
    parameter int BITS = 8,
    parameter int LENGTH = 1
) (
    input  logic            clk,
    input  logic            rst,
    input  logic            shift,
    input  logic [BITS-1:0] in_data,
    output logic [BITS-1:0] out_data
);
  // An SRL holds 32 bits, a LUT as RAM 48 (three bits of 64 words in four LUTs), a block of RAM costs about 200 LUTs.
  localparam int SHIFT_REGISTERS_UP_TO = 65;
  localparam int BLOCK_FROM_BITS = 8192;

  if (LENGTH <= SHIFT_REGISTERS_UP_TO) begin : registers
    // verilator lint_off UNUSED
    logic unused;
    // verilator lint_on UNUSED
    assign unused = rst;
    logic [LENGTH*BITS-1:0] words;
    assign out_data = words[(LENGTH-1)*BITS+:BITS];
    if (LENGTH == 1) begin : one
      always_ff @(posedge clk) if (shift) words <= in_data;
    end else begin : many
      always_ff @(posedge clk) if (shift) words <= {words[(LENGTH-1)*BITS-1:0], in_data};
    end
  end else begin : ring
    localparam int PLACES = LENGTH - 1;
    localparam int PLACE_BITS = $clog2(PLACES);
    logic [PLACE_BITS-1:0] at;
    always_ff @(posedge clk)
      if (rst) at <= '0;
      else if (shift) at <= at == PLACE_BITS'(PLACES - 1) ? '0 : at + 1'b1;
    if (PLACES * BITS >= BLOCK_FROM_BITS) begin : block
      (* ram_style = "block" *) logic [BITS-1:0] words[PLACES];
      always_ff @(posedge clk)
        if (shift) begin
          out_data  <= words[at];
          words[at] <= in_data;
        end
    end else begin : distributed
      (* ram_style = "distributed" *) logic [BITS-1:0] words[PLACES];
      always_ff @(posedge clk)
        if (shift) begin
          out_data  <= words[at];
          words[at] <= in_data;
        end
    end
  end
endmodule
