# words.sh - text of the user's as words. Source it, with a function `die`, then:
# shellcheck shell=bash disable=SC2034 # $words is for who calls
#
#   split_words LABEL TEXT    sets $words; a text that cannot be split ends the script, as LABEL's
#
# Words are split as a shell splits them: blanks separate, '...' "..." and \ quote; nothing is
# expanded.

split_words()
{
	local out
	case $2 in *$'\n'*) die "$1: a line break in an argument cannot be passed on" ;; esac
	out=$(words_text=$2 awk -v label="$1" '
		function end_word() { if (in_word) words = words word "\n"; word = ""; in_word = 0 }
		BEGIN {
			text = ENVIRON["words_text"]
			for (i = 1; i <= length(text); i++) {
				c = substr(text, i, 1)
				if (quote == "" && c ~ /[ \t]/) {
					end_word()
					continue
				}
				in_word = 1
				next_c = substr(text, i + 1, 1)
				if (c == "\\" && quote != "\x27" &&
				    (quote == "" || next_c ~ /["\\$`]/)) {
					word = word next_c
					i++
				} else if (quote == "" && c ~ /["\x27]/)
					quote = c
				else if (c == quote)
					quote = ""
				else
					word = word c
			}
			if (quote != "") {
				print label ": quote " quote " is not closed"
				exit 1
			}
			end_word()
			printf "%s.", words # $(...) would drop empty words at the end
		}') || die "$out"
	mapfile -t words < <(printf '%s' "${out%.}")
}
