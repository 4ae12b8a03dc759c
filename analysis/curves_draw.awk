# curves_draw.awk - draws the misses of LRU and OPT over the size of memory, with the kernel's point, and the
# working set over its window.
#
# Variables: out (directory beside curves/, with lru.csv, lru_info.csv, opt.csv, policies.csv, kernel.csv and
# working_set.csv), theme.
# After lib.awk and svg.awk; reads no input of its own. Both axes to the right are logarithmic.
#
# Results: curves.svg
BEGIN {
	left = 60
	width = 900
	from = out "/../curves/"
	read_key_values(from "kernel.csv", kernel)
	read_key_values(from "lru_info.csv", kernel)
	uses = kernel["references"]
	svg_open(result("curves.svg"), 1000, 560, "Misses by size of memory, and the working set", theme)
	misses()
	working_set()
	svg_close()
	exit failed
}

function read_key_values(file, V,    F)
{
	csv_open(file, "key,value")
	while (csv_row(file, F) > 0)
		V[F[1]] = F[2]
	close(file)
}

# Logarithm to base 2 of a number of 1 or more; busybox has no log().
function log2(x,    n, part)
{
	for (n = 0; x >= 2; n++)
		x /= 2
	for (part = 0.5; part > 1e-4; part /= 2) {
		x *= x
		if (x >= 2) {
			n += part
			x /= 2
		}
	}
	return n
}

function x_of(value)
{
	return left + width * (log2(value) - low) / (high - low)
}

function y_of(value)
{
	return base - tall * (value > top ? top : value) / top
}

# The scale of the chart that lies between y - height and y: a share or a number up to `most` upwards, and
# powers of two (frames) or ten (a window) from `first` to `last` to the right.
function axes(y, height, most, shares, first, last, what,    to, step, v, at)
{
	base = y
	tall = height
	low = log2(first < 1 ? 1 : first)
	high = log2(last)
	if (high <= low)
		high = low + 1
	step = nice_step(most > 0 ? most : 1, 5)
	top = step * int((most > 0 ? most : step) / step + 0.999999)
	for (v = 0; v <= top * 1.0001; v += step) {
		svg_line(left, y_of(v), left + width, y_of(v), v ? "grid" : "axis")
		svg_text(left - 6, y_of(v) + 4, shares ? n1(100 * v) " %" : short(v), "end")
	}
	to = left + width + 30
	step = what == "frames" ? (high - low > 16 ? 4 : 2) : 10
	for (at = 1; at <= last; at *= step)
		if (at >= first)
			svg_tick(x_of(at), y, what == "frames" ? size_text(at) : short(at), to)
}

# Frames as a size of memory.
function size_text(frames)
{
	return frames < 256 ? 4 * frames " KiB" : n1(frames / 256) " MiB"
}

# Steps through the rows of a curve: a point in each place to the right, no more than two in a place of a picture.
function curve_of(file, want, column, class, step, policy,    F, n, px, py, at, last)
{
	csv_open(file, want)
	while (csv_row(file, F) > 0) {
		if (policy != "" && F[2] != policy)
			continue
		at = x_of(F[1] < first_size ? first_size : F[1])
		if (F[1] + 0 < first_size || at > left + width + 0.1) {
			last = F[column] / scale_by
			continue
		}
		if (n && at < px[n] + 0.5 && n > 1) {
			py[n] = y_of(F[column] / scale_by)
			last = F[column] / scale_by
			continue
		}
		if (last != "" && step) {
			px[++n] = at
			py[n] = y_of(last)
		}
		last = F[column] / scale_by
		px[++n] = at
		py[n] = y_of(last)
	}
	close(file)
	if (n && step && px[n] < left + width) {
		px[++n] = left + width
		py[n] = y_of(last)
	}
	svg_curve(px, py, n, "line " class)
}

function misses(    F, first, last, most, x, y)
{
	last = kernel["frames_most"] > 8 ? kernel["frames_most"] : 8
	csv_open(from "lru.csv", "frames,misses,ratio")
	while (csv_row(from "lru.csv", F) > 0) {
		if (F[1] + 0 <= 4 || !most)
			most = F[2] / uses
		if (F[1] + 0 > last)
			last = F[1] + 0
	}
	close(from "lru.csv")
	first = first_size = last < 8 ? 1 : 4
	svg_text(0, 14, "Loads for each use, by frames of memory", "title")
	svg_legend(left + 310, 14, "anon=LRU, exactly, at every size;good=OPT, the best there is;fault=the kernel, in this run")
	axes(240, 200, most, 1, first, last, "frames")
	scale_by = uses
	curve_of(from "lru.csv", "frames,misses,ratio", 2, "l-free", 1)
	curve_of(from "opt.csv", "frames,policy,faults,writes", 3, "l-high", 0, "opt")
	x = x_of(kernel["frames_most"])
	y = y_of(kernel["loads"] / uses)
	if (kernel["frames_mean"] != "")
		svg_rect(x_of(kernel["frames_mean"]) - 4, y - 4, x - x_of(kernel["frames_mean"]) + 8, 8, "f-fault", \
			 "the kernel: " commas(kernel["loads"]) " loads, " commas(kernel["frames_mean"]) " frames on average, " \
			 commas(kernel["frames_most"]) " at most")
	else
		svg_rect(x - 4, y - 4, 8, 8, "f-fault", "the kernel: " commas(kernel["loads"]) " loads")
}

function working_set(    F, last, most)
{
	csv_open(from "working_set.csv", "window,pages,misses,ratio")
	while (csv_row(from "working_set.csv", F) > 0) {
		last = F[1] + 0
		most = F[2] + 0
	}
	close(from "working_set.csv")
	svg_text(0, 304, "Pages used within a window of so many instructions, on average", "title")
	first_size = last > 4096 ? 1000 : 1
	axes(530, 200, most, 0, first_size, last, "window")
	scale_by = 1
	curve_of(from "working_set.csv", "window,pages,misses,ratio", 2, "l-free", 0)
}
