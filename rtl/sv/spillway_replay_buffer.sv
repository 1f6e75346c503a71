// SPDX-License-Identifier: Apache-2.0
// The input beats of a vector, kept for the rounds after the first: LUT RAM with one write and one read port. While a
// vector is loaded a beat goes through and, if `write`, into the memory; after that beats are read.
module spillway_replay_buffer #(
    parameter int BITS = 8,
    parameter int DEPTH = 16,
    parameter int ADDRESS_BITS = $clog2(DEPTH) > 0 ? $clog2(DEPTH) : 1
) (
    input  logic                    clk,
    input  logic                    loading,
    input  logic                    write,
    input  logic [ADDRESS_BITS-1:0] address,
    input  logic [BITS-1:0]         in,
    output logic [BITS-1:0]         out
);
  if (DEPTH == 1) begin : single
    logic [BITS-1:0] kept;
    always_ff @(posedge clk) if (write) kept <= in;
    assign out = loading ? in : kept;
    logic unused;
    assign unused = &{1'b0, address};
  end else begin : memory
    (* ram_style = "distributed" *) logic [BITS-1:0] kept[0:DEPTH-1];
    always_ff @(posedge clk) if (write) kept[address] <= in;
    assign out = loading ? in : kept[address];
  end
endmodule
