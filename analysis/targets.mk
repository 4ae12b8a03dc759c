# targets.mk - what is done with recordings (included by GNUmakefile).

.PHONY: policies report curves diff lab labs list

policies: $(ALL) build/test-guest/workload build/host/replay ## faults of each policy of reclaim= on three workloads, beside LRU and OPT
	$(Q)tests/run/policies.sh -k $(boot_elf)

report: ## analyse the recording in OUT again (out/latest)
	$(Q)analysis/report.sh "$$P_OUT"

curves: $(REFS_TOOLS:%=$(R)/%) ## the program's pages in OUT with other sizes of memory and policies
	$(Q)analysis/curves.sh "$$P_OUT"

diff: ## the recordings A and B side by side; of one guest, the first event that differs
	$(Q)analysis/diff.sh "$${A-}" "$${B-}"

lab_options = -k $(boot_elf) -c $(CC32) -a "$$P_ARGS" -b "$$P_APPEND" \
	$(if $(filter command,$(origin MEM)),-m $(MEM)) $(if $(P_CPU),-p "$$P_CPU") \
	$(if $(filter command,$(origin OUT)),-o "$$P_OUT")
lab: $(ALL) ## run lab N of analysis/labs and compare its figures with those expected
	$(Q)analysis/labs/lab.sh $(lab_options) run "$$P_N"

labs: $(ALL) ## check all labs
	$(Q)analysis/labs/lab.sh $(lab_options) all

list: ## the recordings in out/: directory, date, size, verdict, command
	$(Q)tests/run/list.sh
