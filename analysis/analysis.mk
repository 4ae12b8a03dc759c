# analysis.mk - targets that make something else of a recording, or of the text about it.

FORMAT =
export P_FORMAT := $(value FORMAT)

.PHONY: report sql export man
report: ## analyse the recording in OUT again (out/latest)
	$(Q)analysis/report.sh "$$P_OUT"

sql: ## the recording in OUT as an SQLite database, with views: OUT/recording.sqlite
	$(Q)analysis/sql.sh "$$P_OUT"

export: ## the recording in OUT as others read it: FORMAT=chrome, folded, libcachesim, din or lackey
	$(Q)analysis/export.sh -o "$$P_OUT" "$$P_FORMAT" "$$P_OUT"

man: build/man/pagoda-trace.5 build/man/pagoda.7 ## the manual pages pagoda(7) and pagoda-trace(5), in build/man
	@echo 'man -l build/man/pagoda.7'
	@echo 'man -l build/man/pagoda-trace.5'

build/man/pagoda-trace.5: analysis/FORMAT.md analysis/man.awk
	$(Q)mkdir -p $(@D)
	$(Q)awk -v name=pagoda-trace -v section=5 -v about='format of a recording of TLB fills and page faults' \
		-v also='pagoda (7)' -f analysis/man.awk $< >$@

build/man/pagoda.7: README.md analysis/man.awk
	$(Q)mkdir -p $(@D)
	$(Q)awk -v name=pagoda -v section=7 -v about='a kernel that shows demand paging, and a Bochs that records it' \
		-v also='pagoda-trace (5)' -f analysis/man.awk $< >$@
