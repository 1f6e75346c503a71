// SPDX-License-Identifier: Apache-2.0
// Made by spillway rtl. @NAME@ as an IP: AXI4-Stream at both ends, the reset active low as AXI has it.
`default_nettype none
module @NAME@_ip (
    (* X_INTERFACE_INFO = "xilinx.com:signal:clock:1.0 aclk CLK" *)
    (* X_INTERFACE_PARAMETER = "ASSOCIATED_BUSIF s_axis_0@OUT_BUSES@, ASSOCIATED_RESET aresetn, FREQ_HZ @HZ@" *)
    input wire aclk,
    (* X_INTERFACE_INFO = "xilinx.com:signal:reset:1.0 aresetn RST" *)
    (* X_INTERFACE_PARAMETER = "POLARITY ACTIVE_LOW" *)
    input wire aresetn,
    (* X_INTERFACE_INFO = "xilinx.com:interface:axis:1.0 s_axis_0 TDATA" *)
    (* X_INTERFACE_PARAMETER = "TDATA_NUM_BYTES @IN_BYTES@, HAS_TREADY 1, HAS_TLAST 1, FREQ_HZ @HZ@" *)
    input wire [@IN_TOP@:0] s_axis_0_tdata,
    (* X_INTERFACE_INFO = "xilinx.com:interface:axis:1.0 s_axis_0 TLAST" *)
    input wire s_axis_0_tlast,
    (* X_INTERFACE_INFO = "xilinx.com:interface:axis:1.0 s_axis_0 TVALID" *)
    input wire s_axis_0_tvalid,
    (* X_INTERFACE_INFO = "xilinx.com:interface:axis:1.0 s_axis_0 TREADY" *)
    output wire s_axis_0_tready,
@OUT_PORTS@);
  @NAME@ accelerator (
      .clk(aclk),
      .rst(!aresetn),
      .s_axis_tdata(s_axis_0_tdata),
      .s_axis_tlast(s_axis_0_tlast),
      .s_axis_tvalid(s_axis_0_tvalid),
      .s_axis_tready(s_axis_0_tready),
@OUT_PINS@  );
endmodule
`default_nettype wire
