// SPDX-License-Identifier: Apache-2.0
// A read-only memory of weights or thresholds, filled from a file of hexadecimal words, one a line, or else from WORDS,
// address 0 at the least significant bits.
//
// STYLE "distributed": the word at `address`, in LUTs. STYLE "block": the same words in the same cycles, from block RAM,
// whose register takes the word at `next_address` (what `address` will be) at the end of the cycle before.
module spillway_memory #(
    parameter int BITS = 8,
    parameter int DEPTH = 16,
    parameter int ADDRESS_BITS = $clog2(DEPTH) > 0 ? $clog2(DEPTH) : 1,
    parameter STYLE = "distributed",
    parameter FILE = "",
    parameter logic [(FILE == "" ? BITS*DEPTH : 1)-1:0] WORDS = '0
) (
    input  logic                    clk,
    input  logic [ADDRESS_BITS-1:0] next_address,
    input  logic [ADDRESS_BITS-1:0] address,
    output logic [BITS-1:0]         word
);
  logic unused;
  if (STYLE == "block") begin : in_block_ram
    (* rom_style = "block" *) logic [BITS-1:0] words[0:DEPTH-1];
    if (FILE != "") begin : from_file
      initial $readmemh(FILE, words);
    end else begin : from_words
      initial for (int i = 0; i < DEPTH; i++) words[i] = WORDS[i*BITS+:BITS];
    end
    always_ff @(posedge clk) word <= words[next_address];
    assign unused = &{1'b0, address};
  end else begin : in_luts
`ifdef YOSYS  // knows LUT RAM, but no LUT ROM: that is logic to it
    (* rom_style = "logic" *) logic [BITS-1:0] words[0:DEPTH-1];
`else
    (* rom_style = "distributed" *) logic [BITS-1:0] words[0:DEPTH-1];
`endif
    if (FILE != "") begin : from_file
      initial $readmemh(FILE, words);
    end else begin : from_words
      initial for (int i = 0; i < DEPTH; i++) words[i] = WORDS[i*BITS+:BITS];
    end
    assign word = words[address];
    assign unused = &{1'b0, clk, next_address};
  end
endmodule
