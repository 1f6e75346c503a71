# Made by spillway rtl: the clock of @NAME@_ip.
create_clock -name aclk -period @PERIOD@ [get_ports aclk]
