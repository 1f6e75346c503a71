// SPDX-License-Identifier: Apache-2.0
// Whose turn it is, as one bit a port: port 0 for its BEATS steps, then port 1 for its, round and round. BEATS holds 32
// bits a port, port 0 at the least significant ones.
module spillway_turn #(
    parameter int PORTS = 2,
    parameter logic [32*PORTS-1:0] BEATS = {PORTS{32'd1}}
) (
    input  logic             clk,
    input  logic             rst,
    input  logic             step,
    output logic [PORTS-1:0] turn
);
  if (PORTS == 1) begin : alone
    // verilator lint_off UNUSED
    logic unused;
    // verilator lint_on UNUSED
    assign unused = clk ^ rst ^ step;
    assign turn = 1'b1;
  end else begin : ring
    logic [PORTS-1:0] last;
    for (genvar i = 0; i < PORTS; i++) begin : port
      spillway_rounds #(.COUNT(BEATS[32*i+:32])) beats (.clk, .rst, .step(step && turn[i]), .last(last[i]));
    end
    always_ff @(posedge clk)
      if (rst) turn <= PORTS'(1);
      else if (step && |(turn & last)) turn <= {turn[PORTS-2:0], turn[PORTS-1]};
  end
endmodule
