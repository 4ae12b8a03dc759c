#!/bin/bash
# tap.t - a failed test says on the terminal why; one that passes says nothing, whatever it kills.
. tests/tap.sh

plan 7
top=$PWD

# try NAME: a test of these lines, run as `make check` runs them: prove's output, then the reasons
try()
{
	mkdir -p "$scratch/$1/tests" "$scratch/$1/why"
	cp tests/tap.sh "$scratch/$1/tests"
	cat >"$scratch/$1/tests/x.t"
	(cd "$scratch/$1" && P_WHY=$PWD/why prove -e bash tests/x.t
	"$top/tests/run/why.sh" why) 2>&1
}

said=$(try fails <<'EOF'
. tests/tap.sh
pass 'one'
is 'two' is ought
ok 'three' sh -c 'echo its own words; exit 1'
sh -c 'echo a complaint >&2'
done_testing
EOF
)
like 'a failure is named, with what came and what should' "$said" '^not ok 2 - two$'
like '... what came' "$said" '^#  got: is$'
like '... what a command said' "$said" '^# its own words$'
like '... and what went to standard error' "$said" '^  a complaint$'
is '... each once' "$(grep -c 'its own words' <<<"$said")" 1
said=$(try ends <<'EOF'
. tests/tap.sh
pass 'one'
echo 'where it ended' >&2
exit 3
EOF
)
like 'a test that ends early says where' "$said" '^  where it ended$'
said=$(try kills <<'EOF'
. tests/tap.sh
sleep 60 &
kill -9 $!
wait $! || true
bash -c 'kill -SEGV $$' || true
pass 'one'
note 'by the way'
done_testing
EOF
)
unlike 'one that kills on purpose says nothing of it' "$said" 'illed|fault|by the way|---'

done_testing
