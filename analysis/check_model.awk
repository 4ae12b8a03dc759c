# check_model.awk - do the rows of model.csv add up?
#
# For check_files.awk, as check_rows.awk. Of each TLB of each model there is one row `all`; those of
# its phases, tasks and areas have the same sums, those of the instructions (`code`, of the model as a
# whole) the same misses. What one level misses, the next is asked for at most.
function check_model(    line)
{
	if (meta["model.file"] == "" || (getline line < models) < 0)
		return
	close(models)
	form["dimension"] = "^(all|phase|task|area|code)$"
	form["level?"] = "^[1-4]?$"
	form["name"] = "^[A-Za-z0-9._+-]+$"
	form["name?"] = "^[A-Za-z0-9._+-]*$"
	read_file("model", models, "model,tlb,level,dimension,key,accesses,hits,cold,capacity,conflict,flush,upgrade", \
		  "name name? level? dimension free number number number number number number number", 0)
	verdict("model.row", "model.csv: accesses are hits and misses")
	check_model_sums()
	verdict("model.sums", "model.csv: phases, tasks, areas and instructions have the sums of their TLB")
	verdict("model.levels", "model.csv: a level is asked for what the one above misses, and no more")
	same("model.csv: rows are those of meta.csv", rows["model"], "model.rows")
}

function look_model(F,    i, tlb, sum)
{
	for (i = 7; i <= 12; i++)
		sum += F[i]
	if (sum != F[6] || (F[4] == "code" && F[5] !~ /^([1-9][0-9]* )?0x[0-9a-f]+$/))
		wrong_row("model.row", "model", csv_line, raw_text)
	tlb = F[1] "," F[2]
	if (F[4] == "all") {
		if ((tlb ",all") in model_sum || F[5] != "")
			wrong_row("model.row", "model", csv_line, raw_text)
		model_tlb[++model_tlbs] = tlb
		model_level[tlb] = F[3]
		model_miss[F[1], F[3]] += F[8] + F[9] + F[10] + F[11]
		model_asked[F[1], F[3]] += F[6]
	}
	model_sum[tlb ",all"] += 0
	for (i = F[4] == "code" ? 8 : 7; i <= 12; i++)
		model_sum[tlb "," F[4] "," i] += F[i]
}

function check_model_sums(    i, k, n, part, tlb, name, level)
{
	for (i = 1; i <= model_tlbs; i++) {
		tlb = model_tlb[i]
		split(tlb, name, ",")
		n = split("phase task area" (name[2] == "" ? " code" : ""), part, " ")
		for (; n; n--)
			for (k = part[n] == "code" ? 8 : 7; k <= 12; k++)
				if (model_sum[tlb "," part[n] "," k] + 0 != model_sum[tlb ",all," k])
					wrong("model.sums", "model.csv: " tlb ": column " k " is " \
					      whole(model_sum[tlb ",all," k]) ", of rows " part[n] " " \
					      whole(model_sum[tlb "," part[n] "," k]))
		level = model_level[tlb]
		if (level > 1 && model_asked[name[1], level] > model_miss[name[1], level - 1])
			wrong("model.levels", "model.csv: " tlb ": level " level " is asked " \
			      whole(model_asked[name[1], level]) " times")
	}
}
