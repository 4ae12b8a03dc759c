// page.js - what the report's page does: tables that sort and filter, and one selection for the whole page.
//
// The page is complete without it. Rows say what they are of by data-process, data-area, data-phase and
// data-from, data-to (guest instructions); page.awk writes these. Charts hear of a selection by the event
// "selection" of the document, and choose a time by pagoda.select({from, to}).
"use strict"
const pagoda = (() => {
const all = (selector, within) => [...(within || document).querySelectorAll(selector)]
const make = (name, properties, ...children) => {
	const element = Object.assign(document.createElement(name), properties)
	element.append(...children)
	return element
}
// The rows of an embedded table as objects; in names, commas and tags are &-words (charts.awk).
const plain = word => word.includes("&") ? new DOMParser().parseFromString(word, "text/html").body.textContent : word
const csv = id => {
	const text = document.getElementById(id)
	if (!text)
		return []
	const lines = text.textContent.trim().split("\n").map(line => line.split(","))
	return lines.slice(1).map(line => Object.fromEntries(lines[0].map((name, i) => [name, plain(line[i])])))
}

// --- Sorting -------------------------------------------------------------------------------------
// What a cell is sorted by: a number, or a text. A bar counts by its length; no value comes last.
const value = cell => {
	if (!cell)
		return ""
	if (cell.classList.contains("bar"))
		return all("i", cell).reduce((sum, piece) => sum + parseFloat(piece.style.width), 0)
	const text = cell.textContent.trim()
	if (!cell.classList.contains("n"))
		return text
	const number = parseFloat(text.replace(/,/g, "").replace(/^< /, ""))
	return isNaN(number) ? "" : text.startsWith("<") ? number / 2 : number
}
const compare = (a, b) => {
	if (a === "" || b === "")
		return 0
	if (typeof a == "number")
		return a - b
	return /^0x/.test(a) ? (a < b ? -1 : a > b ? 1 : 0) : a.localeCompare(b, "en", {numeric: true})
}
const sortBy = (table, head) => {
	const column = head.cellIndex, body = table.tBodies[0]
	const first = head.classList.contains("n") || body.querySelector(`td.bar:nth-child(${column + 1})`)
	const now = head.getAttribute("aria-sort")
	const order = now ? (now == "ascending" ? "descending" : "ascending") : first ? "descending" : "ascending"
	const rows = [...body.rows].map(row => ({row, key: value(row.cells[column])}))
	rows.sort((a, b) => (a.key === "") - (b.key === "") || compare(a.key, b.key) * (order == "ascending" ? 1 : -1))
	body.append(...rows.map(entry => entry.row))
	all("th", table).forEach(th => th.removeAttribute("aria-sort"))
	head.setAttribute("aria-sort", order)
}
const sortable = table => all("thead th", table).forEach(head => {
	const name = head.textContent.trim()
	if (name == "" || table.tBodies[0].rows.length < 2)
		return
	const button = make("button", {type: "button", className: "sort", title: "Sort by " + name})
	if (head.querySelector("a")) {
		button.setAttribute("aria-label", "Sort by " + name)
		head.append(button)
	} else {
		button.append(...head.childNodes)
		head.append(button)
	}
	button.onclick = () => sortBy(table, head)
})

// --- Filter and selection ------------------------------------------------------------------------
const chosen = {phase: "", process: "", area: "", from: "", to: ""}
const filters = new Map()
const phases = csv("phases.csv")
const instructions = 1e6 // the unit of time that a reader types

const selected = row => {
	const of = row.dataset
	for (const key of ["phase", "process", "area"])
		if (chosen[key] !== "" && of[key] !== undefined && of[key] !== chosen[key])
			return false
	return of.from === undefined || ((chosen.to === "" || +of.from < chosen.to) && (chosen.from === "" || +of.to > chosen.from))
}
const show = () => {
	let shown = 0, rows = 0
	for (const table of all("table")) {
		const word = (filters.get(table) || {value: ""}).value.toLowerCase()
		let here = 0
		for (const row of table.tBodies[0].rows) {
			row.hidden = !selected(row) || (word != "" && !row.textContent.toLowerCase().includes(word))
			here += !row.hidden
		}
		table.classList.toggle("none", !here)
		if (filters.has(table))
			filters.get(table).count.textContent = `${here} of ${table.tBodies[0].rows.length} rows`
		shown += here
		rows += table.tBodies[0].rows.length
	}
	return [shown, rows]
}
const filterable = table => {
	const rows = table.tBodies[0].rows.length
	if (rows <= 15)
		return
	const caption = table.caption ? table.caption.textContent : table.closest("section").querySelector("h2").textContent
	const box = make("input", {type: "search", placeholder: "Filter rows"})
	box.setAttribute("aria-label", "Filter rows: " + caption)
	box.count = make("output", {textContent: `${rows} of ${rows} rows`})
	box.oninput = show
	filters.set(table, box)
	table.parentNode.before(make("div", {className: "filter"}, box, box.count))
}

// The pictures that stand still shade what is not in the chosen time.
const shade = () => all("svg .range").forEach(rect => {
	const x = +rect.dataset.x, width = +rect.dataset.width
	const at = (time, otherwise) => time === "" ? otherwise : x + width * place(time) / (edges.length - 1)
	const from = at(chosen.from, x), to = at(chosen.to, x + width)
	rect.setAttribute("x", from)
	rect.setAttribute("width", chosen.from === "" && chosen.to === "" ? 0 : Math.max(to - from, 1))
})
// Where a time stands on the scale of the charts, on which every bin is 1 long; and the reverse.
const edges = csv("bins.csv").map(bin => +bin.icount)
edges.push(+document.documentElement.dataset.end || edges[edges.length - 1] + 1)
const place = time => {
	let i = 0
	while (i < edges.length - 2 && edges[i + 1] <= time)
		i++
	return i + Math.min(Math.max((time - edges[i]) / (edges[i + 1] - edges[i]), 0), 1)
}
const time = at => {
	const i = Math.min(Math.max(Math.floor(at), 0), edges.length - 2)
	return edges[i] + Math.min(Math.max(at - i, 0), 1) * (edges[i + 1] - edges[i])
}

let form
const select = change => {
	if (change.phase)
		for (const key of ["from", "to"]) {
			const times = phases.filter(p => p.label == change.phase).map(p => +p[key])
			change[key] = times.length ? Math[key == "from" ? "min" : "max"](...times) : ""
		}
	else if (change.phase === "" && chosen.phase !== "" && change.from === undefined)
		change = {...change, from: "", to: ""}
	else if (change.from !== undefined && change.phase === undefined)
		change = {...change, phase: ""}
	Object.assign(chosen, change)
	for (const key of ["phase", "process", "area"])
		form[key].value = chosen[key]
	for (const key of ["from", "to"])
		form[key].value = chosen[key] === "" ? "" : (chosen[key] / instructions).toFixed(3)
	const [shown, rows] = show()
	const any = Object.values(chosen).some(part => part !== "")
	form.status.textContent = any ? `${shown} of ${rows} rows match` : ""
	form.clear.disabled = !any
	shade()
	document.dispatchEvent(new CustomEvent("selection", {detail: {...chosen}}))
}
const clear = () => select({phase: "", process: "", area: "", from: "", to: ""})

// What rows and phases there are to choose from, each once.
const choices = key => {
	const words = key == "phase" ? phases.map(p => p.label) : all(`[data-${key}]`).map(row => row.dataset[key])
	const names = new Map()
	words.filter(word => word).slice(0, 5000).forEach(word => names.set(word, word))
	if (key == "process")
		all("[data-process-name]").forEach(row => names.set(row.dataset.process, row.dataset.processName))
	return [...names].slice(0, 300)
}
const bar = () => {
	const fields = ["phase", "process", "area"].map(key => {
		const list = make("select", {name: key}, make("option", {value: "", textContent: "all"}),
			...choices(key).map(([word, name]) => make("option", {value: word, textContent: name})))
		list.onchange = () => select({[key]: list.value})
		return make("label", {}, key[0].toUpperCase() + key.slice(1), list)
	})
	const times = ["from", "to"].map(key => {
		const box = make("input", {name: key, type: "number", min: 0, step: "any"})
		box.onchange = () => select({from: chosen.from, to: chosen.to, [key]: box.value === "" ? "" : box.value * instructions})
		return make("label", {}, key == "from" ? "From" : "to", box)
	})
	const button = make("button", {type: "button", name: "clear", textContent: "Show all", disabled: true, onclick: clear})
	form = make("form", {id: "select", onsubmit: event => event.preventDefault()}, ...fields, ...times,
		make("span", {textContent: "million instructions"}), button, make("output", {name: "status"}))
	form.setAttribute("aria-label", "Show only")
	form.status.setAttribute("aria-live", "polite")
	document.querySelector("main").prepend(form)
}

all("table").forEach(table => {
	if (table.tHead)
		sortable(table)
	filterable(table)
})
if (edges.length > 1)
	bar()
document.documentElement.classList.add("js")
return {select, clear, chosen, place, time, edges, csv, make, all, phases}
})()
