#!/bin/bash
# mutants.t - `make mutants` in small: a break that some test of each kind must see is killed, one
# that changes nothing lives and says so, and a break that cannot be made is an error. The lists of
# the tree fit the tree: every text stands where it should.
# shellcheck source=tests/tap.sh
. tests/tap.sh
set -u

mutants=tests/mutants/mutants.sh
list=$scratch/list.mut
export MUTANTS_WORK=$PWD/$scratch/work # a make mutants may be running

# record NAME FILE TEST TEXT REPLACEMENT [MORE]
record()
{
	printf 'name %s\nfile %s\ntest %s\n-%s\n+%s\n' "$1" "$2" "$3" "$4" "$5"
	[ $# -lt 6 ] || echo "$6"
	echo
}

{
	record t-host mm/page/page.c host:buddy 'head[1].index = order;' 'head[1].index = order + 1;'
	record t-guest kernel/sched/lock.c guest:lock 'mutex->owner = grant_first(&mutex->waiters);' \
		'grant_first(&mutex->waiters), mutex->owner = NULL;'
	record t-user kernel/proc/wait4.c user:waiting 'req->found = child->pid;
-	req->status = process' 'req->found = child->pid + 1;
+	req->status = process'
	record t-plugin bochs-plugin/csv.c plugin:text "*p++ = '\"';
-	for" "*p++ = '_';
+	for"
	record t-analysis analysis/kind.awk analysis:kind-basic 'substr($0, at + 41, 3)' 'substr($0, at + 41, 2)'
	record t-pieces analysis/kind.awk analysis:kind-basic 'One counter' 'A counter
-substr($0, at + 41, 3)
+substr($0, at + 41, 2)'
	record t-same analysis/kind.awk analysis:kind-basic 'One counter' 'A counter' 'equivalent a comment'
	record t-lives analysis/kind.awk analysis:kind-basic 'One counter' 'A counter'
	record t-marked analysis/kind.awk analysis:kind-basic 'substr($0, at + 41, 3)' '"x"' 'equivalent it is not'
	record t-gone analysis/kind.awk analysis:kind-basic 'no such text' 'x'
	record t-twice analysis/kind.awk analysis:kind-basic 'kind_print(' 'x'
	record t-nofile analysis/none.awk analysis:kind-basic 'x' 'y'
	record t-broken mm/page/page.c host:buddy 'head[1].index = order;' 'head[1].index = ;'
	record t-broken-plugin bochs-plugin/csv.c plugin:text "*p++ = '\"';
-	for" "*p++ = ;
+	for"
} >"$list"

# verdict NAME: what the table says of it
verdict()
{
	awk -v name="$1" '$2 == name && seen { $2 = $3 = ""; print; exit } $1 == "verdict" { seen = 1 }' <<<"$table"
}

cp mm/page/page.c "$scratch"
not_ok 'a run with lives and errors does not end well' "$mutants" -f -l "$list"
table=$tap_output
for kind in host guest user plugin analysis; do
	like "$kind: a break is killed" "$(verdict t-$kind)" "^killed .*$kind:"
done
like 'a break of two pieces is killed' "$(verdict t-pieces)" '^killed .*analysis:'
like 'a break that changes nothing lives' "$(verdict t-lives)" '^lived'
like 'one that is marked equivalent says why' "$(verdict t-same)" '^equivalent .*a comment'
like 'marked equivalent, but killed: an error' "$(verdict t-marked)" '^error .*marked equivalent'
like 'a text that is gone: an error' "$(verdict t-gone)" '^error .*not found'
like 'a text that stands twice: an error' "$(verdict t-twice)" '^error .*found twice'
like 'a file that is gone: an error' "$(verdict t-nofile)" '^error .*no such file'
like 'a break that does not build: an error' "$(verdict t-broken)" '^error .*does not build'
like 'and one of the plugin' "$(verdict t-broken-plugin)" '^error .*does not build'
like 'they are counted' "$table" '^14 breaks: 6 killed, 1 lived, 1 equivalent, 6 errors$'
ok 'breaks that are killed or explained end well' "$mutants" -l "$list" t-host t-same
like 'what was tried on this tree is not tried again' "$tap_output" '^2 breaks: 1 killed, 0 lived, 1 equiv'
ok 'the tree itself is unharmed' cmp mm/page/page.c "$scratch/page.c"

ok 'every break of the lists can be made' "$mutants" -n
like 'there are enough of them' "$tap_output" '^([89][0-9]|[1-9][0-9][0-9]+) breaks fit the tree'
done_testing
