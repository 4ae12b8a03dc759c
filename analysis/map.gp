# map.gp - the cells of the address map as a picture, one pixel a cell, transparent where empty.
#
#   gnuplot -e 'width=N; height=N' map.gp
#
# In the directory of the results: reads .cells (by raster.awk), writes map.png. Axes, areas and names are drawn around it by map_draw.awk.
# The font is for nothing, but gnuplot complains of its usual one in a picture of a few lines.
set terminal pngcairo size width,height transparent font ",1"
set output "map.png"
set lmargin at screen 0
set rmargin at screen 1
set tmargin at screen 1
set bmargin at screen 0
unset border
unset tics
unset key
set xrange [-0.5:width - 0.5]
set yrange [height - 0.5:-0.5]
plot ".cells" using 1:2:3:4:5:6 with rgbalpha
