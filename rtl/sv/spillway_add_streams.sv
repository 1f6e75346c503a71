// SPDX-License-Identifier: Apache-2.0
// Adds two streams, or constant multiples of them, PE elements a beat, at full width: an adder and a result register a lane. A beat of each input is
// taken in the same cycle and the sum leaves in the next one; a sum that finds no room holds both inputs. Port 0 of the
// input is a, port 1 is b. The twin of sim/units/add_streams_unit.h; docs/units/add_streams.md.
module spillway_add_streams #(
    parameter int PE = 1,
    parameter int A_BITS = 8,
    parameter bit A_SIGNED = 0,
    parameter bit A_BIPOLAR = 0,
    parameter int B_BITS = 8,
    parameter bit B_SIGNED = 0,
    parameter bit B_BIPOLAR = 0,
    parameter int OUT_BITS = 9,
    parameter int A_FACTOR = 1,
    parameter int B_FACTOR = 1
) (
    input  logic                        clk,
    input  logic                        rst,
    input  logic [                 1:0] in_valid,
    output logic [                 1:0] in_ready,
    input  logic [PE*(A_BITS+B_BITS)-1:0] in_data,
    output logic                        out_valid,
    input  logic                        out_ready,
    output logic [     PE*OUT_BITS-1:0] out_data
);
  logic take;
  assign take = &in_valid && (!out_valid || out_ready);
  assign in_ready = {2{take}};

  always_ff @(posedge clk)
    if (rst) out_valid <= 1'b0;
    else if (take) out_valid <= 1'b1;
    else if (out_ready) out_valid <= 1'b0;

  for (genvar i = 0; i < PE; i++) begin : lane
    logic [OUT_BITS-1:0] a, b, multiple_of_a, multiple_of_b;
    spillway_extend #(.FROM(A_BITS), .TO(OUT_BITS), .IS_SIGNED(A_SIGNED), .BIPOLAR(A_BIPOLAR)) extend_a (
        .from(in_data[i*A_BITS+:A_BITS]), .to(a));
    spillway_extend #(.FROM(B_BITS), .TO(OUT_BITS), .IS_SIGNED(B_SIGNED), .BIPOLAR(B_BIPOLAR)) extend_b (
        .from(in_data[PE*A_BITS+i*B_BITS+:B_BITS]), .to(b));
    spillway_multiple #(.BITS(OUT_BITS), .FACTOR(A_FACTOR)) of_a (.from(a), .to(multiple_of_a));
    spillway_multiple #(.BITS(OUT_BITS), .FACTOR(B_FACTOR)) of_b (.from(b), .to(multiple_of_b));
    always_ff @(posedge clk) if (take) out_data[i*OUT_BITS+:OUT_BITS] <= multiple_of_a + multiple_of_b;
  end
endmodule
