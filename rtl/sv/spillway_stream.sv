// SPDX-License-Identifier: Apache-2.0
// A stream: the FIFO between two units, DEPTH beats (2 at least) of BITS bits, with registered ready and valid at both
// ends. What is pushed in cycle t is seen in t + 1, and so is the place that a pop in cycle t frees, so that no path
// crosses a stream, and a depth of 2 carries a beat a cycle. The twin of sim/stream.h; docs/streams.md.
//
// STYLE "registers": a shift register with the oldest beat at slot 0, which is the output itself. A slot that holds
// nothing loads what comes in, whether or not it is a beat: `held` alone says which slots count. One LUT a bit and slot.
module spillway_stream #(
    parameter int BITS = 8,
    parameter int DEPTH = 2,
    parameter STYLE = "registers"
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
  logic push, pop;
  assign push = in_valid && in_ready;
  assign pop  = out_valid && out_ready;

  if (STYLE == "registers") begin : in_registers
    logic [DEPTH-1:0] held;  // slot i holds a beat: ones from below
    logic [DEPTH*BITS-1:0] slots;

    assign out_valid = held[0];
    assign in_ready  = !held[DEPTH-1];
    assign out_data  = slots[BITS-1:0];

    always_ff @(posedge clk)
      if (rst) held <= '0;
      else if (push && !pop) held <= {held[DEPTH-2:0], 1'b1};
      else if (pop && !push) held <= {1'b0, held[DEPTH-1:1]};

    for (genvar i = 0; i < DEPTH; i++) begin : slot
      if (i + 1 < DEPTH) begin : below
        always_ff @(posedge clk)
          if (pop || !held[i]) slots[i*BITS+:BITS] <= held[i+1] ? slots[(i+1)*BITS+:BITS] : in_data;
      end else begin : last
        always_ff @(posedge clk) if (!held[i]) slots[i*BITS+:BITS] <= in_data;
      end
    end
  end
endmodule
