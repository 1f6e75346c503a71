// SPDX-License-Identifier: Apache-2.0
// A memory with a port for writing and one for reading. What is written in a cycle is read from the next one on, whatever
// the style: `read_data` is the word at `read_at` in this very cycle.
//
// STYLE "distributed": LUTRAM, which is read without a clock; `read_next` is not used.
// STYLE "block": block RAM, which is read a cycle ahead, at `read_next`, the address that `read_at` will have in the next
// cycle. A word that is written in the cycle in which it is read comes from a register beside the memory.
module spillway_ram #(
    parameter int BITS = 8,
    parameter int DEPTH = 64,
    parameter STYLE = "distributed",
    parameter int ADDRESS_BITS = DEPTH > 1 ? $clog2(DEPTH) : 1
) (
    input  logic                    clk,
    input  logic                    write,
    input  logic [ADDRESS_BITS-1:0] write_at,
    input  logic [        BITS-1:0] write_data,
    // verilator lint_off UNUSED
    input  logic [ADDRESS_BITS-1:0] read_at,    // one of the two, by style
    input  logic [ADDRESS_BITS-1:0] read_next,
    // verilator lint_on UNUSED
    output logic [        BITS-1:0] read_data
);
  if (STYLE == "block") begin : block
    (* ram_style = "block" *) logic [BITS-1:0] words[DEPTH];
    logic [BITS-1:0] word, written;
    logic is_written;
    always_ff @(posedge clk) begin
      if (write) words[write_at] <= write_data;
      word <= words[read_next];
      written <= write_data;
      is_written <= write && write_at == read_next;
    end
    assign read_data = is_written ? written : word;
  end else begin : distributed
    (* ram_style = "distributed" *) logic [BITS-1:0] words[DEPTH];
    always_ff @(posedge clk) if (write) words[write_at] <= write_data;
    assign read_data = words[read_at];
  end
endmodule
