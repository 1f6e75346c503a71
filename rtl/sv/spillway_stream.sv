// SPDX-License-Identifier: Apache-2.0
// A stream: the FIFO between two units, DEPTH beats (2 at least) of BITS bits, with registered ready and valid at both
// ends. What is pushed in cycle t is seen in t + 1, and so is the place that a pop in cycle t frees, so that no path
// crosses a stream, and a depth of 2 carries a beat a cycle. The twin of sim/stream.h; docs/streams.md.
//
// STYLE "registers": a shift register with the oldest beat at slot 0, which is the output itself. A slot that holds
// nothing loads what comes in, whether or not it is a beat: `held` alone says which slots count. One LUT a bit and slot.
//
// STYLE "shift_register": what comes in shifts all others; the oldest beat is read at its place (an SRL holds 32 bits).
// STYLE "distributed" or "block": a ring in LUT RAM or block RAM (spillway_ram: the word that is next is read ahead, so
// that the first beat falls through in the same cycle as in every other style). All of them have the same timing.
module spillway_stream #(
    parameter int BITS = 8,
    parameter int DEPTH = 2,
    parameter logic [127:0] STYLE = "registers"
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
  end else begin : in_memory
    localparam int PLACE_BITS = $clog2(DEPTH);
    // Beats that are held less one: while it holds any, the place of the oldest in a shift register.
    logic [PLACE_BITS-1:0] oldest;
    always_ff @(posedge clk)
      if (rst) oldest <= '1;
      else if (push && !pop) oldest <= oldest + PLACE_BITS'(1);
      else if (pop && !push) oldest <= oldest - PLACE_BITS'(1);
    always_ff @(posedge clk)
      if (rst) out_valid <= 1'b0;
      else if (push != pop) out_valid <= push || oldest != '0;
    always_ff @(posedge clk)
      if (rst) in_ready <= 1'b1;
      else if (push != pop) in_ready <= pop || oldest != PLACE_BITS'(DEPTH - 2);

    if (STYLE == "shift_register") begin : shifting
      for (genvar b = 0; b < BITS; b++) begin : of_bit
        logic [DEPTH-1:0] beats;
        always_ff @(posedge clk) if (push) beats <= {beats[DEPTH-2:0], in_data[b]};
        assign out_data[b] = beats[oldest];
      end
    end else begin : ring
      logic [PLACE_BITS-1:0] write_at, next_write, read_at, next_read;
      logic last_write, last_read;
      spillway_counter #(.COUNT(DEPTH)) writes (
          .clk(clk), .rst(rst), .enable(push), .next_value(next_write), .value(write_at), .is_last(last_write));
      spillway_counter #(.COUNT(DEPTH)) reads (
          .clk(clk), .rst(rst), .enable(pop), .next_value(next_read), .value(read_at), .is_last(last_read));
      spillway_ram #(.BITS(BITS), .DEPTH(DEPTH), .STYLE(STYLE)) memory (
          .clk(clk), .write(push), .write_at(write_at), .write_data(in_data), .read_at(read_at), .read_next(next_read),
          .read_data(out_data));
      logic unused;
      assign unused = &{1'b0, next_write, last_write, last_read};
    end
  end
endmodule
