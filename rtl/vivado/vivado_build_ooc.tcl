# Made by spillway rtl. Synthesises @NAME@ out of context, places and routes it, and writes what it takes:
#
#     vivado -mode batch -source build_ooc.tcl [-tclargs PART]
#
# @NAME@_counts.json is what `spillway estimate --measured` reads.
set folder [file normalize [file dirname [info script]]]
set part [expr {[llength $argv] > 0 ? [lindex $argv 0] : "@PART@"}]
cd $folder  ;# where $readmemh looks

foreach name {@SOURCES@} { read_verilog -sv $name }
read_verilog @NAME@_ip.v
read_xdc -mode out_of_context @NAME@.xdc
synth_design -top @NAME@_ip -part $part -mode out_of_context
opt_design
place_design
route_design
report_utilization -hierarchical -file @NAME@_utilization.txt
report_timing_summary -file @NAME@_timing.txt
write_checkpoint -force @NAME@_routed.dcp

# The first count of a row of the utilization report: 7-series and UltraScale name some rows otherwise.
proc row {report names} {
  foreach line [split $report \n] {
    set cells [split $line |]
    if {[llength $cells] < 4} { continue }
    set name [string trim [string map {* {}} [lindex $cells 1]]]
    if {$name in $names} { return [string trim [lindex $cells 2]] }
  }
  return 0
}
set report [report_utilization -return_string]
set slack [get_property SLACK [lindex [get_timing_paths -setup -max_paths 1] 0]]
set counts [open @NAME@_counts.json w]
puts $counts "{"
puts $counts "  \"schema\": \"spillway-counts-1\","
puts $counts "  \"top\": \"@NAME@\","
puts $counts "  \"tool\": \"Vivado [version -short]\","
puts $counts "  \"part\": \"$part\","
puts $counts "  \"clock_mhz\": [expr {1000.0 / @PERIOD@}],"
puts $counts "  \"slack_ns\": $slack,"
puts $counts "  \"luts\": [row $report {{Slice LUTs} {CLB LUTs}}],"
puts $counts "  \"lutram\": [row $report {{LUT as Distributed RAM}}],"
puts $counts "  \"srl\": [row $report {{LUT as Shift Register}}],"
puts $counts "  \"ff\": [row $report {{Slice Registers} {CLB Registers}}],"
puts $counts "  \"bram18\": [expr {2 * [row $report {{Block RAM Tile}}]}],"
puts $counts "  \"uram\": [row $report {URAM}],"
puts $counts "  \"dsp\": [row $report {DSPs}]"
puts $counts "}"
close $counts
