#!/bin/bash
# pictures.sh DIR - makes the pictures of analysis/README.md from the report of the recording in DIR.
#
# Needs chromium and pngquant. A picture is the report's page as the browser shows it, with all but some elements
# hidden: those that SELECTOR names (CSS) and the tables whose captions begin with CAPTION. The row that begins with
# ROW, if there is one, is framed.
set -euo pipefail

[ $# = 1 ] || { echo "usage: analysis/pictures/pictures.sh DIR" >&2; exit 2; }
readonly here=analysis/pictures page=$1/report.html
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# picture NAME HEIGHT SELECTOR [CAPTION [ROW]]
picture()
{
	{
		head -n -1 "$page"
		cat <<-END
			<script>
			addEventListener("load", () => {
				const all = selector => [...document.querySelectorAll(selector)]
				const begins = (element, words) => words && element.textContent.startsWith(words)
				const keep = [...all("$3"), ...all("caption").filter(c => begins(c, "${4-}")).map(c => c.closest(".wide"))]
				for (const e of all("body *"))
					if (!keep.some(k => k == e || k.contains(e) || e.contains(k)))
						e.style.display = "none"
				for (const row of all("tr"))
					if (begins(row, "${5-}"))
						row.style.outline = "2px solid var(--accent)"
				all("main, header").forEach(e => { e.style.maxWidth = "none" })
				for (const e of all("section, h2, header, main, footer, .wide, ul"))
					e.style.margin = e.style.paddingTop = e.style.paddingBottom = "4px"
			})
			</script>
			</html>
		END
	} >"$work/page.html"
	chromium --headless --no-sandbox --disable-gpu --hide-scrollbars --user-data-dir="$work/profile" \
		--window-size="1240,$2" --virtual-time-budget=4000 --screenshot="$work/$1.png" "file://$work/page.html" 2>/dev/null
	pngquant --force --output "$here/$1.png" 64 "$work/$1.png"
}

picture columns 600 '#answer-phase, #phases h2, #phases .wide' '' 'matrix by columns'
picture fork 360 '#answer-cow, #change h2' 'Forks and'
picture sizes 820 '#answer-saved, #models h2, #models .wide:has(svg)' 'Walks by phase' 'matrix by columns'
picture lines 330 '#answer-line, #hottest h2' 'Source lines of the program' 'disk/user/demo.c:132'
