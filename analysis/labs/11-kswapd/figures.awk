# figures.awk - lab 11: the watermarks, and free pages when kswapd began and where it stopped.

END {
	figure(run, "watermark min", said[run, "min"])
	figure(run, "watermark low of min", mean(said[run, "low"], said[run, "min"]))
	figure(run, "watermark high of min", mean(said[run, "high"], said[run, "min"]))
	figure(run, "kswapd began: pages above low", said[run, "woken at"] - said[run, "low"])
	figure(run, "afterwards: least free above min", said[run, "lowest"] - said[run, "min"])
	figure(run, "afterwards: most free above high", said[run, "highest"] - said[run, "high"])
	figure(run, "runs of kswapd", said[run, "kswapd"])
	figure(run, "direct reclaims", said[run, "direct"])
}
