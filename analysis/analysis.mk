# analysis.mk - what is done with recordings, and with the text about them (included by GNUmakefile).

FORMAT =
export P_FORMAT := $(value FORMAT)

.PHONY: policies report curves diff lab labs list sql export man
report: ## analyse the recording in OUT again (out/latest)
	$(Q)analysis/report.sh "$$P_OUT"

policies: $(ALL) build/test-guest/workload ## faults of each policy of reclaim= on three workloads, beside LRU and OPT
	$(Q)tests/run/policies.sh -k $(boot_elf)

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

sql: ## the recording in OUT as an SQLite database, with views: OUT/recording.sqlite
	$(Q)analysis/sql.sh "$$P_OUT"

export: ## the recording in OUT as others read it: FORMAT=chrome, folded, libcachesim, din or lackey
	$(Q)analysis/export.sh -o "$$P_OUT" "$$P_FORMAT" "$$P_OUT"

man: build/man/pagoda-trace.5 build/man/pagoda.7 ## the manual pages pagoda(7) and pagoda-trace(5), in build/man
	@echo 'man -l build/man/pagoda.7'
	@echo 'man -l build/man/pagoda-trace.5'

build/man/pagoda-trace.5: analysis/FORMAT.md analysis/lib.awk analysis/man.awk
	$(Q)mkdir -p $(@D)
	$(Q)awk -v name=pagoda-trace -v section=5 -v about='format of a recording of TLB fills and page faults' \
		-v also='pagoda (7)' -f analysis/lib.awk -f analysis/man.awk $< >$@

build/man/pagoda.7: README.md analysis/lib.awk analysis/man.awk
	$(Q)mkdir -p $(@D)
	$(Q)awk -v name=pagoda -v section=7 -v about='a kernel that shows demand paging, and a Bochs that records it' \
		-v also='pagoda-trace (5)' -f analysis/lib.awk -f analysis/man.awk $< >$@
