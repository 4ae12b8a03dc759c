# figures.awk - lab 18: what large pages save the kernel, by model, and what they would save a program.

# Pages of the matrix, and the pages of 4 MiB that they lie in.
table == "tlb" && $EVENT == "fill" && here($VPAGE) {
	region = run SUBSEP int(hex($VPAGE) / 4194304)
	if (!(($VPAGE, region) in seen)) {
		seen[$VPAGE, region]
		small[run]++
	}
	if (!(region in seen_large)) {
		seen_large[region]
		large[run]++
	}
}

function of_model(model)
{
	figure("nopse", model ": walks for the file", misses["nopse", model, "", "the file"])
	figure("pse", model ": walks for the file", misses["pse", model, "", "the file"])
	figure("both", model ": nopse / pse", mean(misses["nopse", model, "", "the file"], misses["pse", model, "", "the file"]))
	figure("pse", model ": walks for the matrix", misses["pse", model, "", "the matrix"])
}

END {
	of_model("pentium")
	of_model("pentium-iii")
	of_model("skylake")
	figure("pse", "skylake: by capacity", because["pse", "skylake", "", "the matrix", "capacity"])
	figure("pse", "the matrix: pages of 4 KiB", small["pse"] + 0)
	figure("pse", "the matrix: pages of 4 MiB that would hold it", large["pse"] + 0)
}
